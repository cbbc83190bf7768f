import { evaluate, matches } from "../../../src/ir/evaluate.ts";
import { describe, type Interface, type Packet, reverse } from "../../../src/ir/packet.ts";
import { rulesetsOf } from "../../../src/ir/plan.ts";
import type { Ruleset } from "../../../src/ir/ruleset.ts";
import { type Emitted, fileOf, switchOf } from "../../emitters/policies.ts";
import { makeControlGroups } from "../../lab/control-groups.ts";
import { readHeader } from "../../lab/packet-bytes.ts";
import { ipIn, openSandbox, type Sandbox, sysctlIn } from "../../lab/sandbox.ts";
import { type Sighting, type Step, send } from "../../lab/send.ts";
import { settle, shotOf } from "./shots.ts";
import { routeMark, settings, type Tunnels, type World, worldOf } from "./world.ts";

/** Where the laboratory's own rules look: in front of ours, between rewriting and our last word, and behind. */
const groups = { before: 1, through: 2, leaving: 3, routed: 4 } as const;

const chain = (name: string, hook: string, ...lines: readonly string[]): string =>
  `chain ${name} {\ntype filter hook ${hook}; policy accept;\n${lines.join("\n")}\n}`;

/** Forwarded packets leave where their DSCP says. */
export const routing = ({ devices }: World): string => {
  const marks = devices.flatMap((_, i) => (i === 0 ? [] : [`${i} : 0x${routeMark(i).toString(16)}`])).join(", ");
  return `table inet routing {
${chain("route", "prerouting priority -140", `meta mark set ip dscp map { ${marks} }`, `meta mark set ip6 dscp map { ${marks} }`)}
${chain("unmark", "forward priority -60", "meta mark set 0")}
}
`;
};

const probe = (world: World): string => `${routing(world)}table inet probe {
${chain("before_input", "input priority -50", `log group ${groups.before}`)}
${chain("before_forward", "forward priority -50", `log group ${groups.before}`)}
${chain("before_output", "output priority -50", `log group ${groups.before}`)}
${chain("routed", "postrouting priority -300", `log group ${groups.routed}`)}
${chain("leaving", "postrouting priority 250", `log group ${groups.leaving}`)}
${chain("through_input", "input priority 2147483645", `log group ${groups.through}`, "drop")}
${chain("through_postrouting", "postrouting priority 2147483645", `log group ${groups.through}`, "drop")}
}
`;

export interface Verdict {
  readonly state: string;
  /** The packet as it was settled, and as our rules saw it. */
  readonly sent: Packet;
  readonly packet: Packet;
  readonly kernel: "passes" | "is refused";
  readonly planned: "passes" | "is refused";
  /** The statement that decides in the plan. */
  readonly from: string;
}

export interface Judged {
  readonly verdicts: readonly Verdict[];
  /** How many packets no rule of ours ever saw: the kernel itself sends or takes none like them. */
  readonly unseen: number;
}

const passes = (isAccepted: boolean): Verdict["kernel"] => (isAccepted ? "passes" : "is refused");

export const wrong = ({ verdicts }: Judged): readonly Verdict[] => verdicts.filter((v) => v.kernel !== v.planned);

export const say = ({ state, packet, kernel, planned, from }: Verdict): string =>
  `${state}: ${describe(packet)}: kernel: ${kernel}; planned: ${planned} by ${from}`;

/** How a kernel comes to the ruleset of a state, from that of the one before in the order of `rulesetsOf`. */
export type Loading = (ruleset: Ruleset, index: number) => Pick<Step, "load" | "run">;

const byNft =
  (emitted: Emitted): Loading =>
  (ruleset, i) => {
    if (ruleset === emitted.plan.lockdown) return { load: fileOf(emitted, "lockdown.nft") };
    const change = switchOf(emitted, ruleset.state);
    return { load: i === 1 ? `${fileOf(emitted, "ruleset.nft")}\n${change}` : change };
  };

/** Loads a policy into a kernel of its own and sends the packets in every state; both verdicts of each. */
export async function judge(
  emitted: Emitted,
  packets: readonly Packet[],
  { tunnels = "tunnels", loading = byNft(emitted) }: { readonly tunnels?: Tunnels; readonly loading?: Loading } = {},
): Promise<Judged> {
  const world = worldOf(emitted.policy, emitted.plan, tunnels);
  const settled = packets.flatMap((packet, salt) => settle(packet, world, salt) ?? []);
  const rulesets = rulesetsOf(emitted.plan);
  const steps = rulesets.map((ruleset, i): Step => {
    const { load = "", run = [] } = loading(ruleset, i);
    return {
      load: i === 0 ? `${probe(world)}${load}` : load,
      run,
      packets: settled.flatMap((packet, serial) => (isSent(ruleset, packet) ? [shotOf(packet, world, serial)] : [])),
    };
  });
  const sandbox = await openWorld(world);
  try {
    const { host } = sandbox.namespaces;
    await makeControlGroups(host, fileOf(emitted, "ruleset.nft"));
    const results = await send(host, steps, { groups: Object.values(groups), open: world.tuns });
    const judged = results.map(({ seen }, i) => {
      const ruleset = rulesets[i];
      const sent = steps[i]?.packets.length ?? 0;
      if (!ruleset) throw new Error("a step without a state");
      const verdicts = compare(ruleset, settled, seen, world);
      return { verdicts, unseen: sent - verdicts.length };
    });
    return {
      verdicts: judged.flatMap(({ verdicts }) => verdicts),
      unseen: judged.reduce((sum, { unseen }) => sum + unseen, 0),
    };
  } finally {
    await sandbox.close();
  }
}

/** A machine with the interfaces and addresses of a world. */
export const openWorld = ({ lines, ways }: World): Promise<Sandbox<"host">> =>
  openSandbox(
    ["host"],
    [sysctlIn("host", settings), ipIn("host", lines), ipIn("host", ways, "-4"), ipIn("host", ways, "-6")].join(""),
  );

/** A connection that is made up here was not rewritten, so it is none that the rewrites speak of. */
const isSent = ({ rewrites }: Ruleset, packet: Packet): boolean =>
  packet.connection === "new" ||
  !rewrites.some(({ match: { rewritten: _, ...match } }) => matches(match, packet) || matches(match, reverse(packet)));

function compare(
  ruleset: Ruleset,
  settled: readonly Packet[],
  seen: readonly Sighting[],
  world: World,
): readonly Verdict[] {
  const sightings = new Map<number, Map<number, Sighting>>();
  for (const sighting of seen) {
    const [serial, group] = sighting;
    const of = sightings.get(serial) ?? new Map<number, Sighting>();
    sightings.set(serial, of);
    of.set(group, sighting);
  }
  return [...sightings].flatMap(([serial, of]): Verdict[] => {
    const sent = settled[serial];
    const before = of.get(groups.before);
    if (!sent || !before) return [];
    const packet = asSeen(sent, before, of.get(groups.leaving) ?? of.get(groups.routed), world);
    const { verdict, rule } = evaluate(ruleset, packet);
    return [
      {
        state: ruleset.state,
        sent,
        packet,
        kernel: passes(of.has(groups.through)),
        planned: passes(verdict.kind === "accept"),
        from: rule.from,
      },
    ];
  });
}

/** Our own packets are judged as they leave, forwarded ones as the forward hook sees them. */
function asSeen(sent: Packet, before: Sighting, leaving: Sighting | undefined, world: World): Packet {
  const [, , entering, first] = before;
  const direction = entering === "" ? "out" : first === "" ? "in" : "forward";
  const last = direction === "out" && leaving ? leaving : before;
  const header = readHeader(Buffer.from(last[4], "hex"), sent);
  const { family } = header;
  if (family === "arp") throw new Error("ARP is not of these hooks");
  const device = (name: string): Interface => world.devices.find((one) => one.name === name) ?? { name };
  const inInterface = direction === "out" ? undefined : device(entering);
  const outInterface = direction === "in" ? undefined : device(last[3]);
  const { inInterface: _, outInterface: __, ...rest } = sent;
  const isRewritten = header.destination !== sent.destination;
  return {
    ...rest,
    ...header,
    direction,
    ...(inInterface && { inInterface }),
    ...(outInterface && { outInterface }),
    sourceLocality: world.locality({ family, value: header.source }, outInterface ?? inInterface ?? { name: "" }),
    destinationLocality: world.locality(
      { family, value: header.destination },
      inInterface ?? outInterface ?? { name: "" },
    ),
    owner: direction === "out" ? sent.owner : { mark: 0 },
    ...(isRewritten && { rewritten: true }),
  };
}
