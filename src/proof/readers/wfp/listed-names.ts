import { createHash } from "node:crypto";
import type { ListedCondition, Listing } from "./listing.ts";

/** What is called otherwise on a machine than in documents: interfaces have numbers, drives too, services have SIDs. */
export class MachineNames {
  /** Aliases by LUIDs. */
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #programs: readonly string[];
  readonly #services: ReadonlyMap<string, string>;

  constructor(aliases: ReadonlyMap<string, string>, programs: readonly string[], services: readonly string[]) {
    this.#aliases = aliases;
    this.#programs = programs;
    this.#services = new Map(services.map((name) => [sidOf(name), name]));
  }

  /** Aliases whose numbers are known. */
  get interfaces(): Iterable<string> {
    return this.#aliases.values();
  }

  interface(luid: string): string | undefined {
    return this.#aliases.get(luid);
  }

  /** A path with its drive that documents name, `System`, or the path with the volume. */
  program(hex: string): string {
    const path = pathOf(hex);
    return [...this.#programs, "System"].find((program) => isAt(path, program)) ?? path;
  }

  /** Whom alone a security descriptor allows: a service, or somebody's account. Undefined: others, of whom any program may be. */
  owner(descriptor: string): { readonly field: "service" | "user"; readonly name: string } | "anybody" | undefined {
    const [, sid] = /^(?:O:[^:]*)?(?:G:[^:]*)?D:\(A;;(?:CC|0x1);;;([A-Z]{2}|S-1-[0-9-]+)\)$/.exec(descriptor) ?? [];
    if (sid === undefined) return undefined;
    if (sid === "WD") return "anybody";
    if (sid.startsWith("S-1-5-80-")) return { field: "service", name: this.#services.get(sid) ?? sid };
    return account.test(sid) ? { field: "user", name: sid } : undefined;
  }
}

/** Of this machine, of a domain or of Entra ID ("Well-known SIDs", Microsoft); services run as others, and most others are groups. */
const account = /^S-1-(5-21(-[0-9]+){3}-[0-9]{4,}|12-1(-[0-9]+){4})$/;

/** `sc showsid`: S-1-5-80 and the SHA-1 of the name in upper case. */
function sidOf(service: string): string {
  const hash = createHash("sha1").update(Buffer.from(service.toUpperCase(), "utf16le")).digest();
  return `S-1-5-80-${[0, 4, 8, 12, 16].map((at) => hash.readUInt32LE(at)).join("-")}`;
}

/** UTF-16, with its end. */
const pathOf = (hex: string): string => Buffer.from(hex, "hex").toString("utf16le").replace(/\0$/, "").toLowerCase();

/** `\device\harddiskvolume3\vpn.exe` is `C:\vpn.exe`, whichever volume that drive is. */
const isAt = (path: string, program: string): boolean =>
  path === program.toLowerCase() ||
  path.replace(/^\\device\\[^\\]+/, "") === program.toLowerCase().replace(/^[a-z]:/, "");

/** Programs, services and users that a listing speaks of. */
export function ownersIn(
  { filters }: Listing,
  names: MachineNames,
): Readonly<Record<"program" | "service" | "user", readonly string[]>> {
  const conditions = filters.flatMap((filter) => filter.conditions);
  const owners = conditions.flatMap((condition) => ownerIn(condition, names) ?? []);
  const named = (field: "program" | "service" | "user") =>
    owners.flatMap((owner) => (owner.field === field ? [owner.name] : []));
  return { program: named("program"), service: named("service"), user: named("user") };
}

/** Whom a condition names; undefined where it is about something else, or about nobody in particular. */
export function ownerIn(
  { field, value }: ListedCondition,
  names: MachineNames,
): { readonly field: "program" | "service" | "user"; readonly name: string } | undefined {
  if (field === "ALE_APP_ID" && value.kind === "bytes") return { field: "program", name: names.program(value.hex) };
  if (field !== "ALE_USER_ID" || value.kind !== "text") return undefined;
  const owner = names.owner(value.text);
  return owner === "anybody" ? undefined : owner;
}
