import { type AddressSet, ofFamily } from "../../net/address-set.ts";
import { lacksIpv6 } from "../system/ipv6.ts";
import { followNetlink } from "../system/netlink-follower.ts";
import { badOnce } from "./bad-once.ts";
import { Handshake } from "./handshake.ts";
import { Heartbeat } from "./heartbeat.ts";
import { isOf, type Link, lostLink, readLinks } from "./links.ts";
import { Management } from "./management.ts";
import { judgeRoutes, readWays } from "./routes.ts";
import type { NamedProbe, Watched } from "./watch.ts";

export interface Hearing {
  readonly tell: (tunnel: string, probe: string, good: boolean, why: string) => void;
  /** More specific routes beside the tunnel's came or went. */
  readonly foreignRoutes: (tunnel: string, routes: readonly string[]) => void;
  /** Something was looked at anew, and may be otherwise. */
  readonly changed: () => void;
  /** How the watching itself goes. */
  readonly note: (text: string) => void;
}

/** However many events come, and should one be missed. */
const lookAtLeastEvery = 5_000;

/**
 * Watches interfaces and routes, and runs the probes that go through them. Events only close: each is followed by a look at
 * the whole, and only a look says that something is good.
 */
export class Network {
  readonly #watched: readonly Watched[];
  readonly #on: Hearing;
  readonly #runners: ReadonlyMap<string, readonly Runner[]>;
  readonly #foreign = new Map<string, string>();
  #follower: { readonly stop: () => void } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isDeaf = true;
  #isLooking = false;
  #isDirty = false;

  constructor(watched: readonly Watched[], on: Hearing) {
    this.#watched = watched;
    this.#on = on;
    this.#runners = new Map(
      watched.map(({ tunnel, probes }) => [
        tunnel,
        probes.flatMap((probe) => runnerOf(probe, (good, why) => on.tell(tunnel, probe.name, good, why)) ?? []),
      ]),
    );
  }

  start(): void {
    this.#follower = followNetlink({
      command: ["ip", "-o", "monitor", "link", "address", "route", "rule"],
      family: 0,
      line: (text) => this.#event(text),
      listening: () => {
        this.#isDeaf = false;
        this.#look();
      },
      deaf: (why) => this.#deafen(why),
    });
    this.#timer = setInterval(() => this.#look(), lookAtLeastEvery);
  }

  stop(): void {
    this.#follower?.stop();
    clearInterval(this.#timer);
    this.#isDeaf = true;
    for (const runner of [...this.#runners.values()].flat()) runner.stop();
  }

  /** What is good is told once more. */
  lookAgain(): void {
    this.#look();
  }

  #event(line: string): void {
    const gone = lostLink(line);
    if (gone !== undefined)
      for (const { tunnel, devices } of this.#watched)
        if (isOf(gone, devices)) this.#on.tell(tunnel, "interface", false, `${gone} is gone or down`);
    this.#look();
  }

  #deafen(why: string): void {
    this.#isDeaf = true;
    this.#on.note(`events of the network may be missed: ${why}`);
    for (const { tunnel, probes } of this.#watched)
      for (const { name, kind } of probes)
        if (kind === "interface" || kind === "route") this.#on.tell(tunnel, name, false, `not watched: ${why}`);
  }

  /** One look at a time; what happens meanwhile asks for another. */
  #look(): void {
    this.#isDirty = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#lookUntilClean().finally(() => {
      this.#isLooking = false;
    });
  }

  async #lookUntilClean(): Promise<void> {
    while (this.#isDirty && !this.#isDeaf) {
      this.#isDirty = false;
      const links = await readLinks();
      const up = this.#watched.map((watched) => ({
        watched,
        link: links?.find((l) => l.isUp && isOf(l.name, watched.devices)),
      }));
      // What came in the meantime is newer than this look: it may close, and must not open.
      for (const { watched, link } of up) this.#judgeLink(watched, link, links !== undefined);
      for (const { watched } of up) await this.#judgeRoutes(watched);
      this.#on.changed();
    }
  }

  #judgeLink({ tunnel, devices }: Watched, link: Link | undefined, isKnown: boolean): void {
    if (link && (this.#isDirty || this.#isDeaf)) return;
    const names = devices.map((d) => (d.kind === "named" ? d.name : d.kind === "prefix" ? `${d.prefix}*` : "utun"));
    const why = isKnown ? `${names.join(", ")} is not up` : "the list of interfaces cannot be read";
    // First: of another interface with this name nothing is proved yet.
    this.#run(tunnel, link);
    this.#on.tell(tunnel, "interface", link !== undefined, link ? `${link.name} is up` : why);
  }

  #run(tunnel: string, link: Link | undefined): void {
    for (const runner of this.#runners.get(tunnel) ?? []) runner.through(link);
  }

  async #judgeRoutes({ tunnel, devices, servers, probes }: Watched): Promise<void> {
    for (const probe of probes) {
      if (probe.kind !== "route") continue;
      const prefixes = await sendable(probe.prefixes);
      const read = await readWays(prefixes);
      const { good, why, foreign } = read
        ? judgeRoutes(prefixes, read, (device) => isOf(device, devices), servers)
        : { good: false, why: "the routes cannot be read", foreign: [] };
      if (good && (this.#isDirty || this.#isDeaf)) return;
      this.#on.tell(tunnel, probe.name, good, why);
      const before = this.#foreign.get(tunnel) ?? "";
      this.#foreign.set(tunnel, foreign.join());
      if (before !== foreign.join()) this.#on.foreignRoutes(tunnel, foreign);
    }
  }
}

/** Of prefixes of both families a kernel without IPv6 has one alone. Where none would be left, nothing is proved. */
async function sendable(prefixes: AddressSet): Promise<AddressSet> {
  const four = ofFamily(prefixes, "ipv4");
  return four.length > 0 && (await lacksIpv6()) ? four : prefixes;
}

interface Runner {
  /** The tunnel's interface is this one from now on; undefined where there is none. */
  readonly through: (link: Link | undefined) => void;
  readonly stop: () => void;
}

function runnerOf(probe: NamedProbe, tell: (good: boolean, why: string) => void): Runner | undefined {
  switch (probe.kind) {
    case "heartbeat":
      return new Heartbeat({ ...probe, tell });
    case "handshake":
      return new Handshake({ ...probe, tell: badOnce(tell) });
    case "management":
      return new Management({ ...probe, tell: badOnce(tell) });
    default:
      return undefined;
  }
}
