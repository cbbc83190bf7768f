import type { Device } from "../../ir/policy.ts";
import { run } from "../system/program.ts";

export interface Link {
  readonly name: string;
  /** Another number is another interface, whatever its name. */
  readonly index: number;
  readonly isUp: boolean;
}

export const isSame = (a: Link | undefined, b: Link | undefined): boolean =>
  a?.index === b?.index && a?.name === b?.name;

/** All interfaces now; undefined where the kernel's answer is not understood. */
export async function readLinks(): Promise<readonly Link[] | undefined> {
  const { status, stdout } = await run(["ip", "-j", "link", "show"], { milliseconds: 2_000 });
  return status === 0 ? parseLinks(stdout) : undefined;
}

export function parseLinks(json: string): readonly Link[] | undefined {
  try {
    const listed: unknown = JSON.parse(json);
    if (!Array.isArray(listed)) return undefined;
    const links = listed.map(linkOf);
    return links.every((link) => link !== undefined) ? links : undefined;
  } catch {
    return undefined;
  }
}

function linkOf(value: unknown): Link | undefined {
  if (typeof value !== "object" || value === null || !("ifname" in value && "ifindex" in value && "flags" in value))
    return undefined;
  const { ifname, ifindex, flags } = value;
  if (typeof ifname !== "string" || typeof ifindex !== "number" || !Array.isArray(flags)) return undefined;
  return { name: ifname, index: ifindex, isUp: isUp(flags) };
}

/** Up, and somebody at the other end: a tun whose program has died may stay, without its carrier. */
const isUp = (flags: readonly unknown[]): boolean => flags.includes("UP") && flags.includes("LOWER_UP");

/** The name of an interface that an event of `ip -o monitor` shows gone or down. Good news is looked up, never taken from events. */
export function lostLink(line: string): string | undefined {
  const [, deleted, name, flags = ""] = /^(Deleted )?\d+: ([^\s:@]+)[:@].*?<([^>]*)>/.exec(line) ?? [];
  return name !== undefined && (deleted !== undefined || !isUp(flags.split(","))) ? name : undefined;
}

export const isOf = (name: string, devices: readonly Device[]): boolean =>
  devices.some((device) =>
    device.kind === "named" ? device.name === name : device.kind === "prefix" && name.startsWith(device.prefix),
  );
