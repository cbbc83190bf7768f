import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { evaluate } from "../../../src/ir/evaluate.ts";
import { describe as describePacket, type Packet } from "../../../src/ir/packet.ts";
import { rulesetsOf } from "../../../src/ir/plan.ts";
import type { WfpDocument } from "../../../src/ir/wfp-document.ts";
import { isFault, parseNet } from "../../../src/net/parse-net.ts";
import type { AuditFinding } from "../../../src/proof/audit/finding.ts";
import { auditWfp } from "../../../src/proof/audit/wfp.ts";
import { packetsOf } from "../../emitters/packets.ts";
import { Rig } from "../../lab/wfp/rig.ts";
import { condition, item, number, program, range } from "../../wfp/netsh.ts";
import { policyNamed } from "../../wfp/policies.ts";
import { inForce, isShown, type Moment, passes as passesOurs } from "../../wfp/simulator.ts";
import { luidOf, stateWith, WindowsMachine } from "./windows-machine.ts";

/** More with `KSP_RANDOM=300`. */
const { KSP_RANDOM: runs = "25" } = process.env;
const rig = new Rig();
afterAll(() => rig.dispose());
const { plan, files } = policyNamed("company-split-dns");
const up = new WindowsMachine(rig, "company-split-dns").listed("up");

/** A question as netsh tells it, and its answer for one packet. */
interface Asked {
  readonly field: string;
  readonly xml: string;
  readonly holds: (packet: Packet) => boolean;
}
const theirProgram = "\\device\\harddiskvolume3\\x.exe";
const remote = ({ direction, source, destination }: Packet): bigint => (direction === "in" ? source : destination);
const isWithin = (text: string, value: bigint): boolean => {
  const net = parseNet(text);
  if (isFault(net)) throw new Error(text);
  return net.first <= value && value <= net.last;
};
const asked = (field: string, value: string, match: string, holds: Asked["holds"]): Asked => ({
  field,
  xml: condition(field, value, match),
  holds,
});
const portOf = ({ direction, payload }: Packet): number =>
  (direction === "in" ? payload.sourcePort : payload.destinationPort) ?? 0;
const isTransport = ({ payload }: Packet): boolean => [6, 17].includes(payload.protocol);
const deviceOf = ({ direction, inInterface, outInterface }: Packet) =>
  direction === "in" ? inInterface : outInterface;

const questions: fc.Arbitrary<Asked> = fc.oneof(
  fc
    .constantFrom("198.51.100.7", "10.20.0.53", "192.0.2.1", "10.64.0.1")
    .map((at) => asked("IP_REMOTE_ADDRESS", number(32, at), "EQUAL", (packet) => isWithin(at, remote(packet)))),
  fc.constantFrom("EQUAL", "NOT_EQUAL").map((match) => {
    const mask = "<type>FWP_V4_ADDR_MASK</type><v4AddrMask><addr>10.0.0.0</addr><mask>255.0.0.0</mask></v4AddrMask>";
    const isEqual = match === "EQUAL";
    return asked("IP_REMOTE_ADDRESS", mask, match, (packet) => isWithin("10.0.0.0/8", remote(packet)) === isEqual);
  }),
  fc
    .constantFrom(1, 6, 17)
    .map((wanted) => asked("IP_PROTOCOL", number(8, wanted), "EQUAL", ({ payload }) => payload.protocol === wanted)),
  fc
    .tuple(fc.constantFrom(53, 443, 51820), fc.constantFrom("EQUAL", "NOT_EQUAL", "LESS_OR_EQUAL", "GREATER"))
    .map(([wanted, match]) =>
      asked("IP_REMOTE_PORT", number(16, wanted), match, (packet) => {
        const port = portOf(packet);
        return {
          EQUAL: port === wanted,
          NOT_EQUAL: port !== wanted,
          LESS_OR_EQUAL: port <= wanted,
          GREATER: port > wanted,
        }[match] as boolean;
      }),
    ),
  fc.constant(
    asked("IP_REMOTE_PORT", range(number(16, 1), number(16, 1023)), "RANGE", (packet) => {
      const port = portOf(packet);
      return 1 <= port && port <= 1023;
    }),
  ),
  fc.tuple(fc.constantFrom("AnonVPN", "Ethernet"), fc.constantFrom("EQUAL", "NOT_EQUAL")).map(([alias, match]) =>
    asked("IP_LOCAL_INTERFACE", number(64, luidOf(alias)), match, (packet) => {
      return (deviceOf(packet)?.name === alias) === (match === "EQUAL");
    }),
  ),
  fc
    .constantFrom("FLAGS_ALL_SET", "FLAGS_NONE_SET")
    .map((match) =>
      asked(
        "FLAGS",
        number(32, "FWP_CONDITION_FLAG_IS_LOOPBACK"),
        match,
        (packet) => (deviceOf(packet)?.kind === "loopback") === (match === "FLAGS_ALL_SET"),
      ),
    ),
  fc
    .constantFrom(theirProgram, "System")
    .map((path) => asked("ALE_APP_ID", program(path), "EQUAL", ({ owner }) => owner.program === path)),
);

interface Filter {
  readonly layer: "ALE_AUTH_CONNECT_V4" | "ALE_AUTH_RECV_ACCEPT_V4";
  readonly action: "PERMIT" | "BLOCK";
  readonly isHard: boolean;
  readonly lifetime: keyof typeof lifetimes;
  readonly asked: readonly Asked[];
  readonly sublayer: keyof typeof weights;
}
const lifetimes = { static: [], persistent: ["PERSISTENT"], boot: ["BOOTTIME"] } as const;
/** Before ours and behind them. */
const weights = { "{00000000-0000-4000-8000-00000000000a}": 0xffff, "{00000000-0000-4000-8000-00000000000b}": 9 };
const filter: fc.Arbitrary<Filter> = fc.record({
  layer: fc.constantFrom("ALE_AUTH_CONNECT_V4" as const, "ALE_AUTH_RECV_ACCEPT_V4" as const),
  action: fc.constantFrom("PERMIT" as const, "BLOCK" as const),
  isHard: fc.boolean(),
  lifetime: fc.constantFrom("static" as const, "static" as const, "persistent" as const, "boot" as const),
  asked: fc.array(questions, { minLength: 1, maxLength: 3 }),
  sublayer: fc.constantFrom(...(Object.keys(weights) as Filter["sublayer"][])),
});

/** The later a filter stands in the list the lighter it is. */
const told = (filters: readonly Filter[]): readonly string[] =>
  filters.map(({ layer, action, isHard, asked: all, sublayer, lifetime }, i) =>
    item({
      name: `filter ${i}`,
      layer,
      sublayer,
      action,
      flags: [...lifetimes[lifetime], ...(isHard && action === "PERMIT" ? ["CLEAR_ACTION_RIGHT"] : [])],
      weight: 1000 - i,
      conditions: all.map(({ xml }) => xml),
    }),
  );

/** Microsoft's "Filter arbitration": of one field any question, of all fields one. */
const matches = ({ layer, asked: all }: Filter, packet: Packet): boolean =>
  packet.family === "ipv4" &&
  packet.direction === (layer === "ALE_AUTH_CONNECT_V4" ? "out" : "in") &&
  [...Map.groupBy(all, ({ field }) => field).values()].every((group) => group.some(({ holds }) => holds(packet)));

const last: Readonly<Record<Moment, readonly Filter["lifetime"][]>> = {
  running: ["static", "persistent"],
  "engine restarted": ["persistent"],
  "before the engine": ["boot"],
};

function passes(all: readonly Filter[], moment: Moment, packet: Packet, ours: boolean): boolean {
  const filters = all.filter(({ lifetime }) => last[moment].includes(lifetime));
  const first = (sublayer: Filter["sublayer"]) =>
    filters.find((one) => one.sublayer === sublayer && matches(one, packet));
  const [before, behind] = (Object.keys(weights) as Filter["sublayer"][]).map(first);
  if (before?.action === "BLOCK") return false;
  if (before?.isHard) return true;
  return ours && behind?.action !== "BLOCK";
}

const flows = rulesetsOf(plan).map((ruleset) => ({
  state: ruleset.state,
  ruleset: { ...ruleset, rules: ruleset.rules.map((rule) => ({ ...rule, replies: rule.verdict.kind === "accept" })) },
}));
const isPlanned = (state: string | undefined, packet: Packet): boolean =>
  flows.some((one) => one.state === state && evaluate(one.ruleset, packet).verdict.kind === "accept");

/** Whether ours let it pass, and whether they may: once the engine restarts, what boots may. */
function ownWord(
  state: string | undefined,
  moment: Moment,
  packet: Packet,
): { readonly ours: boolean; readonly may: boolean } {
  if (moment === "running") {
    const ours = isPlanned(state, packet);
    return { ours, may: ours };
  }
  const ours = passesOurs([inForce(documents.get(state ?? "") ?? expect.fail(`no ${state}`), moment)], packet);
  return { ours, may: ours || (moment === "engine restarted" && isPlanned("lockdown", packet)) };
}
const documents = new Map(
  flows.map(({ state }) => [state as string, JSON.parse(files.get(`wfp/${state}.json`) ?? "") as WfpDocument]),
);
const momentOf = (finding: AuditFinding): Moment => {
  const [, said] =
    /asked, (once the engine restarts|before the engine starts)$/.exec("does" in finding ? finding.does : "") ?? [];
  return said === undefined ? "running" : said.startsWith("once") ? "engine restarted" : "before the engine";
};

const packets = fc
  .sample(packetsOf(plan), { seed: 4711, numRuns: 1500 })
  .filter((packet) => isShown(packet) && packet.connection === "new" && packet.family === "ipv4")
  .flatMap((packet) =>
    [undefined, theirProgram, "System"].map((path) => {
      const { program: _, ...owner } = packet.owner;
      return { ...packet, owner: { ...owner, ...(path !== undefined && { program: path }) } };
    }),
  );

const closed = packets.filter(isTransport).flatMap((packet) =>
  flows.flatMap(({ state }) =>
    (["running", "engine restarted", "before the engine"] as const).flatMap((moment) => {
      const { ours, may } = ownWord(state, moment, packet);
      return may ? [] : [{ packet, state, moment, ours }];
    }),
  ),
);

test("an audit says of any neighbours what an evaluation packet by packet says", { timeout: 3_600_000 }, () => {
  const count = { opens: 0, breaks: 0, nothing: 0, later: 0 };
  fc.assert(
    fc.property(fc.array(filter, { minLength: 1, maxLength: 4 }), (filters) => {
      // Of questions with NOT_EQUAL on one field nobody knows how they meet.
      const isKnown = filters.every(({ asked: all }) =>
        [...Map.groupBy(all, ({ field }) => field).values()].every(
          (group) => group.length === 1 || group.every(({ xml }) => !xml.includes("NOT_EQUAL")),
        ),
      );
      fc.pre(isKnown);
      const text = stateWith(up, { filters: told(filters), sublayers: weights });
      const findings = auditWfp(plan, new Map([["state.xml", text]]), files).findings;
      for (const finding of findings) {
        if (finding.kind !== "opens" && finding.kind !== "breaks") return expect.fail(finding.kind);
        count[finding.kind]++;
        const { packet } = finding.shown;
        // The port of others is a code of ICMP, and a packet shows none.
        if (!isTransport(packet)) continue;
        const moment = momentOf(finding);
        const { ours, may } = ownWord(finding.states[0], moment, packet);
        const wanted = finding.kind === "opens" ? [false, true] : [true, false];
        expect([may, passes(filters, moment, packet, ours)], describePacket(packet)).toEqual(wanted);
        if (moment !== "running") count.later++;
      }
      if (findings.some(({ kind }) => kind === "opens")) return;
      count.nothing++;
      for (const { packet, state, moment, ours } of closed)
        if (passes(filters, moment, packet, ours)) expect.fail(`${state}, ${moment}: ${describePacket(packet)}`);
    }),
    { seed: 4711, numRuns: Number(runs) },
  );
  expect(Math.min(...Object.values(count)), JSON.stringify(count)).toBeGreaterThan(Number(runs) / 20);
});
