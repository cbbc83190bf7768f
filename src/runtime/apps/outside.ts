import type { App, Device } from "../../ir/policy.ts";
import { isOf } from "../probes/links.ts";
import { complaint, run } from "../system/program.ts";

/** A table of our own, numbered as the mark of the probes begins, and the place of its rules: before those of VPNs. */
const table = "27504";
const priority = "107";
const families = ["-4", "-6"] as const;
type Family = (typeof families)[number];

/**
 * The way out of apps with `traffic outside`: their users' packets follow the main table without what leads into tunnels,
 * whatever other rules and tables a VPN has set up. A route opens nothing. The kernel knows users here, not control groups.
 */
export class Outside {
  readonly #users: readonly number[];
  readonly #tunnels: readonly Device[];
  readonly #note: (text: string) => void;
  readonly #shown = new Map<Family, string>();
  #work: Promise<void> = Promise.resolve();

  constructor(apps: readonly App[], tunnels: readonly Device[], note: (text: string) => void) {
    this.#tunnels = tunnels;
    this.#note = note;
    const outside = apps.filter(({ traffic, identity: { linux } }) => traffic === "outside" && linux !== undefined);
    this.#users = outside.flatMap(({ name, identity: { linux } }) => {
      if (linux?.kind === "user" && linux.id !== undefined) return [linux.id];
      note(`\`${name}\` leaves outside where routes lead there: only those of a user can be chosen`);
      return [];
    });
  }

  /** Takes what an earlier daemon left away, and sets the rules. */
  start(): Promise<void> {
    return this.#then(async () => {
      await clear();
      await this.#copy();
      for (const family of families)
        for (const user of this.#users)
          await this.#ip([family, "rule", "add", "uidrange", `${user}-${user}`, "lookup", table, "priority", priority]);
    });
  }

  /** Routes have changed. */
  follow(): void {
    void this.#then(() => this.#copy());
  }

  stop(): Promise<void> {
    return this.#then(clear);
  }

  #then(work: () => Promise<void>): Promise<void> {
    if (this.#users.length > 0) this.#work = this.#work.then(work);
    return this.#work;
  }

  async #copy(): Promise<void> {
    for (const family of families) {
      const { status, stdout } = await run(["ip", family, "route", "show", "table", "main"]);
      const lines = status === 0 ? outsideRoutes(stdout, this.#tunnels) : [];
      if (this.#shown.get(family) === lines.join("\n")) continue;
      this.#shown.set(family, lines.join("\n"));
      await run(["ip", family, "route", "flush", "table", table]);
      const batch = lines.map((line) => `route append ${line} table ${table}\n`).join("");
      // One that is refused, such as of a card that went meanwhile, keeps no other from being set.
      await this.#ip([family, "-force", "-batch", "-"], batch);
    }
  }

  async #ip(args: readonly string[], input?: string): Promise<void> {
    const ran = await run(["ip", ...args], { ...(input !== undefined && { input }) });
    if (ran.status !== 0) this.#note(`the way outside of apps: ${complaint(ran)}`);
  }
}

/** The routes that lead into no tunnel, as `ip route add` takes them. */
export function outsideRoutes(shown: string, tunnels: readonly Device[]): readonly string[] {
  return shown
    .split("\n")
    .flatMap((line) => {
      const device = / dev (\S+)/.exec(line)?.[1];
      if (device === undefined || isOf(device, tunnels)) return [];
      // Connected networks come first: gateways must be reachable when their routes are set.
      return [
        line
          .replace(/ (?:linkdown|dead)\b/g, "")
          .replace(/ expires \S+/, "")
          .trim(),
      ];
    })
    .toSorted((a, b) => Number(/ via /.test(a)) - Number(/ via /.test(b)));
}

async function clear(): Promise<void> {
  for (const family of families) {
    while ((await run(["ip", family, "rule", "del", "priority", priority])).status === 0);
    await run(["ip", family, "route", "flush", "table", table]);
  }
}
