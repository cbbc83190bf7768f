import { describe, expect, test } from "vitest";
import { evaluate } from "../../../src/ir/evaluate.ts";
import { rulesetsOf } from "../../../src/ir/plan.ts";
import { auditNft } from "../../../src/proof/audit/linux.ts";
import { policyNamed } from "../policies.ts";
import {
  accept,
  drop,
  field,
  type Listed,
  listing,
  mark,
  meta,
  noWayBack,
  recorded,
  state,
  table,
  told,
} from "./listings.ts";

const { plan } = policyNamed("home-wireguard");
const ours = recorded("home.up");
const audit = (...others: readonly (readonly Listed[])[]) => auditNft(plan, listing(ours, ...others)).findings;

const output = { type: "route", hook: "output", prio: -150 };
const late = { type: "filter", hook: "output", prio: 50 };
const nat = { type: "nat", hook: "output", prio: -100 };
const arriving = { type: "filter", hook: "prerouting", prio: -150 };
const input = { type: "filter", hook: "input", prio: 10 };
const forward = { type: "filter", hook: "forward", prio: 0 };
const server = field("ip", "daddr", "198.51.100.7");

describe("ours", () => {
  test("alone are in force", () => {
    expect(audit()).toEqual([]);
  });

  test("that are not there are absent, with a packet that gets out", () => {
    const [found, ...more] = auditNft(plan, listing(table(late, [[accept]]))).findings;
    expect(more).toEqual([]);
    expect(found).toMatchObject({ kind: "absent", reason: "there is no table inet ksp, and none arp ksp" });
    expect(found?.shown?.packet.direction).toBe("out");
    expect(told(auditNft(plan, new Map()).findings)).toEqual(["absent nftables lists nothing"]);
    expect(told(auditNft(plan, new Map([["nft", '{"nftables":']])).findings)).toEqual([
      "absent they are not understood: this is no JSON",
    ]);
  });

  test("of which one rule lets pass more are absent, with that packet and the state", () => {
    const changed = ours.map((object) =>
      JSON.parse(
        JSON.stringify(object).replace('"dport"}},"right":51820', '"dport"}},"right":{"range":[51820,51821]}'),
      ),
    );
    const [found] = auditNft(plan, listing(changed)).findings;
    expect(found).toMatchObject({
      kind: "absent",
      states: ["up"],
      reason: "the kernel lets it pass, the plan drops it",
    });
    expect(found?.shown?.packet.payload).toMatchObject({ destinationPort: 51821 });
  });

  test("of a state that may follow are looked at, too", () => {
    const changed = ours.map((object) =>
      JSON.parse(JSON.stringify(object).replaceAll('"echo-request"', '"echo-reply"')),
    );
    expect(auditNft(plan, listing(changed)).findings.map(({ states }) => states)).toEqual([["down"]]);
    const without = ours.filter((object) => !JSON.stringify(object).includes("out_down"));
    expect(told(auditNft(plan, listing(without)).findings)).toEqual([
      "absent in state `down` its rules are not loaded",
    ]);
  });

  test("with something that is not understood are absent", () => {
    const changed = ours.map((object) => JSON.parse(JSON.stringify(object).replace('"oifkind"', '"oifgroup"')));
    expect(told(auditNft(plan, listing(changed)).findings)[0]).toMatch(
      /^absent they are not understood: unknown meta oifgroup/,
    );
  });
});

describe("the second look at what leaves", () => {
  const owned = recorded("home.owned");
  const renamed = (objects: readonly Listed[]): readonly Listed[] =>
    objects.map((object) => JSON.parse(JSON.stringify(object).replaceAll('"other"', '"ksp-owned"')));
  const edited = (from: string, to: string): readonly Listed[] =>
    owned.map((object) => JSON.parse(JSON.stringify(object).replaceAll(from, to)));

  test.each([
    ["without a flag", owned],
    [
      "with any word, as nft 1.0.6 lists it",
      edited('"name":"ksp-owned","handle":1', '"name":"ksp-owned","handle":1,"flags":"inet"'),
    ],
    ["with an owner", edited('"name":"ksp-owned","handle":1', '"name":"ksp-owned","handle":1,"flags":"owner"')],
    [
      "with a list of flags",
      edited('"name":"ksp-owned","handle":1', '"name":"ksp-owned","handle":1,"flags":["owner"]'),
    ],
  ])("is nobody else's, %s", (_, objects) => {
    expect(audit(objects)).toEqual([]);
  });

  test("stands for nothing that is not there", () => {
    expect(told(auditNft(plan, listing(owned)).findings)).toEqual([
      "absent there is no table inet ksp, and none arp ksp",
    ]);
  });

  test("is not whatever has its name", () => {
    expect(told(audit(renamed(table(output, [[server, mark(0x6b73)]]))))).toEqual([
      "opens marks packets as others are marked",
    ]);
    expect(told(audit(renamed(table(late, [[server, drop]]))))).toEqual([
      "breaks refuses what goes to and from a server",
    ]);
    const refusing = edited('"right":51820', '"right":51821');
    expect(refusing).not.toEqual(owned);
    expect(told(audit(refusing))).toContain("breaks refuses what goes to and from a server");
  });

  test("does not make up for rules of ours that an owner takes away with it", () => {
    const changed = ours.map((object) =>
      JSON.parse(JSON.stringify(object).replace('"name":"ksp","handle":', '"name":"ksp","flags":"owner","handle":')),
    );
    expect(told(auditNft(plan, listing(changed, owned)).findings)[0]).toMatch(
      /^absent they are not understood: unknown flags/,
    );
  });
});

describe("harmless", () => {
  const harmless: Readonly<Record<string, readonly Listed[]>> = {
    "a chain that accepts everything": table(output, [[accept]]),
    "one that refuses what nobody needs": table({ ...input, policy: "drop" }, [
      [state("established", "related"), accept],
      [meta("l4proto", 58), accept],
      [field("ip6", "daddr", { prefix: { addr: "fe80::", len: 64 } }), field("udp", "dport", 546), accept],
    ]),
    "a mark of which no packet passes": table(output, [[field("tcp", "dport", 443), mark(0x6b73)]]),
    "a part of our mark, of packets that nobody marked": table(output, [
      [server, mark({ "|": [{ meta: { key: "mark" } }, 0x4000] })],
    ]),
    "a mark that ours do not ask for": table(output, [[server, mark({ "|": [{ meta: { key: "mark" } }, 0x80000] })]]),
    "a ban": table(input, [[field("ip", "saddr", { set: ["203.0.113.5", "203.0.113.6"] }), drop]]),
    "a limit of what is new": table(input, [[{ limit: { rate: 10, per: "second", inv: true } }, drop]]),
    "one destination in the tunnel that is refused": table(late, [[field("ip", "daddr", "203.0.113.5"), drop]]),
    "a card of containers": table({ type: "filter", hook: "egress", prio: 0, dev: "docker0" }, [[drop]], [], "netdev"),
    "what leaves to containers": table(output, [[meta("oifname", "docker0"), drop]]),
    "another source": table({ type: "nat", hook: "postrouting", prio: 100 }, [
      [
        field("ip", "saddr", { prefix: { addr: "172.17.0.0", len: 16 } }),
        meta("oifname", "docker0", "!="),
        { masquerade: null },
      ],
    ]),
    "a port that is handed on to a container": table({ type: "nat", hook: "prerouting", prio: -100 }, [
      [field("tcp", "dport", 8080), { dnat: { family: "ip", addr: "172.17.0.2", port: 80 } }],
    ]),
    "flows of a machine that forwards nothing": table(forward, [[{ flow: { op: "add", flowtable: "@f" } }]]),
    "what is not understood and can do no harm": table(late, [
      [meta("cpu", 1), field("ip", "daddr", "203.0.113.5"), drop],
    ]),
  };
  test.each(Object.entries(harmless))("%s", (_, objects) => {
    expect(audit(objects)).toEqual([]);
  });
});

describe("opens", () => {
  const programs = "gives packets to a program, which may let them past all rules behind";
  const opening: Readonly<Record<string, readonly [readonly Listed[], string]>> = {
    "our mark": [table(output, [[server, mark(0x6b73)]]), "marks packets as others are marked"],
    "a part of our mark": [
      table(output, [
        [server, mark(0x2b73)],
        [server, mark({ "|": [{ meta: { key: "mark" } }, 0x4000] })],
      ]),
      "marks packets as others are marked",
    ],
    "our mark behind our output": [
      table({ ...output, prio: 10 }, [[mark(0x6b73)]]),
      "marks packets as others are marked",
    ],
    "a mark from elsewhere": [table(output, [[mark({ ct: { key: "mark" } })]]), "marks packets as others are marked"],
    "a destination that the policy allows": [
      table(nat, [[field("ip", "daddr", "203.0.113.5"), { dnat: { family: "ip", addr: "192.168.1.9" } }]]),
      "sends packets to another address",
    ],
    "one of a map": [
      table(nat, [
        [
          {
            dnat: {
              family: "ip",
              addr: { map: { key: { payload: { protocol: "tcp", field: "dport" } }, data: "@m" } },
            },
          },
        ],
      ]),
      "sends packets to another address",
    ],
    "a program": [table({ ...late, prio: -10 }, [[meta("l4proto", 17), { queue: { num: 0 } }]]), programs],
    "a card itself": [
      table({ type: "filter", hook: "ingress", prio: 0, dev: "eth0" }, [[{ fwd: { dev: "eth1" } }]], [], "netdev"),
      "sends packets out by a card itself",
    ],
    copies: [
      table({ type: "filter", hook: "egress", prio: 0, dev: "wg0" }, [[{ dup: { dev: "eth1" } }]], [], "netdev"),
      "sends copies of packets out elsewhere",
    ],
  };
  test.each(Object.entries(opening))("%s", (_, [objects, does]) => {
    const [found, ...more] = audit(objects).filter(({ kind }) => kind !== "breaks");
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      kind: "opens",
      does,
      place: { file: "nft" },
      states: expect.arrayContaining(["up", "down"]),
    });
    const packet = found?.shown?.packet;
    const [ruleset] = rulesetsOf(plan).filter(({ state: key }) => key === found?.states[0]);
    // Copies of what passes are sent elsewhere.
    const isRefused = packet && ruleset && evaluate(ruleset, packet).verdict.kind !== "accept";
    expect(isRefused).toBe(!does.includes("copies"));
  });

  test("only what reaches the rule", () => {
    expect(
      audit(
        table(output, [
          [server, drop],
          [server, mark(0x6b73)],
        ]),
      ).map(({ kind }) => kind),
    ).toEqual(["breaks"]);
    expect(audit(table(output, [[accept], [server, mark(0x6b73)]]))).toEqual([]);
  });

  test("what ours let pass and is sent elsewhere behind them", () => {
    const sent = (prio: number) =>
      table({ type: "filter", hook: "postrouting", prio }, [
        [
          meta("oifname", "eth0"),
          field("ip", "daddr", "192.168.1.7"),
          { mangle: { key: { payload: { protocol: "ip", field: "daddr" } }, value: "8.8.8.8" } },
        ],
      ]);
    expect(told(audit(sent(310)))).toEqual(["opens sends packets to another address"]);
    expect(audit(sent(290))).toEqual([]);
  });

  test("two rules that do it together are told once", () => {
    const two = table(output, [
      [server, mark(1)],
      [meta("mark", 1), mark(0x6b73)],
    ]);
    expect(told(audit(two))).toEqual(["opens marks packets as others are marked"]);
  });
});

describe("breaks", () => {
  const link = "refuses the business of the link";
  const servers = "refuses what goes to and from a server";
  const breaking: Readonly<Record<string, readonly [readonly Listed[], readonly string[]]>> = {
    "the way to a server": [table(late, [[server, drop]]), [servers]],
    "its answers, by a filter of the way back": [table(arriving, [[noWayBack, drop]]), [servers]],
    "its answers, by a ban": [
      table(input, [[field("ip", "saddr", { prefix: { addr: "198.51.100.0", len: 24 } }), drop]]),
      [servers],
    ],
    "everything that is new": [
      table({ ...late, policy: "drop" }, [[state("established", "related"), accept]]),
      [
        servers,
        "refuses a probe or its answer",
        "refuses what names are asked of a resolver",
        link,
        "refuses what goes through a tunnel, to whomever",
      ].map((does) => does),
    ],
    neighbours: [
      table(input, [[field("icmpv6", "type", { set: ["nd-neighbor-solicit", "nd-neighbor-advert"] }), drop]]),
      [link],
    ],
    probes: [
      table(late, [[field("icmp", "type", "echo-request"), meta("mark", 0x6b700000), drop]]),
      ["refuses a probe or its answer"],
    ],
    "a port through the tunnel": [
      table(late, [[field("tcp", "dport", 25), drop]]),
      ["refuses what goes through a tunnel, to whomever"],
    ],
    "our mark, taken away": [
      table(output, [[mark(0)]]),
      ["changes what goes to and from a server", "changes a probe or its answer"],
    ],
    "where a server is": [
      table(nat, [[server, { dnat: { family: "ip", addr: "198.51.100.8" } }]]),
      ["sends elsewhere what goes to and from a server"],
    ],
    tracking: [
      table({ ...late, prio: -300 }, [[server, { notrack: null }]]),
      ["takes from the tracking of connections what goes to and from a server"],
    ],
  };
  test.each(Object.entries(breaking))("%s", (_, [objects, does]) => {
    const found = audit(objects);
    expect(found.map(({ kind }) => kind)).toEqual(
      does.length > 1 && found.length === 1 ? ["breaks"] : does.map(() => "breaks"),
    );
    const all = found.flatMap((each) => ("does" in each ? each.does : []));
    expect(does).toEqual(expect.arrayContaining(all));
    for (const { shown } of found) {
      const rulesets = rulesetsOf(plan).filter((one) => found[0]?.states.includes(one.state));
      expect(rulesets.some((one) => shown && evaluate(one, shown.packet).verdict.kind === "accept")).toBe(true);
    }
  });
});

describe("unclear", () => {
  test("a question that nobody knows, where it matters", () => {
    const [found, ...more] = audit(table(late, [[server, meta("cpu", 1), drop]]));
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      kind: "unclear",
      reason: "meta cpu 1",
      place: { text: expect.stringContaining("meta cpu 1 drop") },
    });
  });

  test("a statement that nobody knows", () => {
    const found = audit(table({ ...late, prio: -10 }, [[{ xt: { type: "target", name: "SECRET" } }]]));
    expect(found[0]).toMatchObject({ kind: "unclear", reason: "xt type target name SECRET" });
  });

  test("an exception that nobody knows, before a rule that refuses", () => {
    const found = audit(
      table(late, [
        [meta("cpu", 1), accept],
        [server, drop],
      ]),
    );
    expect(found).toMatchObject([{ kind: "unclear", reason: "meta cpu 1" }]);
  });

  test("a hook that nobody knows", () => {
    expect(told(audit(table({ ...late, hook: "sideways" }, [[drop]])))).toEqual(["unclear the hook sideways"]);
  });
});
