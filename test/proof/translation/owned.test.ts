import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile.ts";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import { nft } from "../../../src/emitters/nft/emit.ts";
import { rulesetsOf } from "../../../src/ir/plan.ts";
import { PacketSpace } from "../../../src/proof/packet-space.ts";
import { empty } from "../../../src/proof/readers/nft/program.ts";
import { load } from "../../../src/proof/readers/nft/read-text.ts";
import { vocabularyOfProgram } from "../../../src/proof/readers/nft/vocabulary.ts";
import { Comparison } from "../../../src/proof/translation/comparison.ts";
import { validateIptables } from "../../../src/proof/translation/iptables.ts";
import { validateNft } from "../../../src/proof/translation/nft.ts";
import { differentOwned } from "../../../src/proof/translation/owned.ts";
import { loopback, merged, vocabularyOf } from "../../../src/proof/vocabulary.ts";
import { policyNamed } from "../../emitters/policies.ts";
import { examples } from "../../examples/golden.ts";

const file = "nft/owned.nft";
type Backend = "nft" | "iptables";
const ownedOf = (name: string, backend: Backend = "nft"): string =>
  ({ nft, iptables })[backend].emit(policyNamed(name).plan).get(`${backend}/owned.nft`) ?? "";

/** What a changed file is refused for; undefined: for nothing. */
const judgeOf = (name: string, backend: Backend = "nft") => {
  const { plan, files } = policyNamed(name);
  const read = (text = "") => {
    const one = load(text, empty);
    if ("fault" in one) throw new Error(one.fault.reason);
    return one.program;
  };
  const rules = read(files.get("nft/ruleset.nft"));
  const programs = [read(ownedOf(name, backend)), rules];
  const names = merged(vocabularyOf(rulesetsOf(plan)), ...programs.map(vocabularyOfProgram), loopback);
  const comparison = new Comparison(new PacketSpace(names));
  const sees = backend === "nft" ? "translated" : "untranslated";
  return (text: string): string | undefined => {
    const changed = load(text, empty);
    if ("fault" in changed) return changed.fault.reason;
    const owned = { file, program: changed.program, ...(backend === "nft" && { rules }) };
    const found = differentOwned(comparison, plan, owned, sees);
    if (!found) return undefined;
    return "difference" in found ? `${found.difference.says}` : found.reason;
  };
};

/** What other lines say as well, or nobody meets: what falls off the end of a chain is refused, too. */
const redundant =
  /^\s*(#.*|counter return comment "built-in-dns"|.* comment "watch-.*|.* goto out_\w+_probe|ip +daddr 198\.51\.100\.7 counter return .*|)$/;
/** Of forwarded packets: one that leaves as this machine's own is judged as its own; errors are let pass in several states. */
const redundantThrough =
  /ct status snat counter accept comment "built-in-forwarded"|comment "built-in-errors"|(jump|goto) through_home(_first\S+)?$/;

test.each<readonly [string, Backend]>([
  ["home-wireguard", "nft"],
  ["two-hops", "nft"],
  ["two-groups-two-tunnels", "nft"],
  ["only-these-apps", "nft"],
  ["company-split-dns", "nft"],
  ["home-wireguard", "iptables"],
  ["two-groups-two-tunnels", "iptables"],
])("a line less of %s for %s is noticed", { timeout: 60_000 }, (name, backend) => {
  const judge = judgeOf(name, backend);
  const lines = ownedOf(name, backend).split("\n");
  const tried = lines.flatMap((line, i) =>
    redundant.test(line) || redundantThrough.test(line) ? [] : [{ line, text: lines.toSpliced(i, 1).join("\n") }],
  );
  expect(tried.length).toBeGreaterThan(20);
  expect(judge(ownedOf(name, backend))).toBeUndefined();
  expect(tried.filter(({ text }) => judge(text) === undefined).map(({ line }) => line)).toEqual([]);
});

const timed =
  "\tset open {\n\t\ttype nf_proto\n\t\tflags timeout\n\t\telements = { ipv4 timeout 300s, ipv6 timeout 300s }\n\t}\n";
const rest = /\t\tgoto out_other_links\n/;
test.each<readonly [string, string, (text: string) => string, RegExp]>([
  ["is anybody's", "home-wireguard", (text) => text.replace("\tflags owner\n", ""), /whoever flushes/],
  ["is another table", "home-wireguard", (text) => text.replaceAll("ksp-owned", "ksp-other"), /another one/],
  ["makes a second table", "home-wireguard", (text) => `${text}table inet ksp {\n}\n`, /another one/],
  ["judges what arrives", "home-wireguard", (text) => text.replace("hook forward", "hook input"), /in input/],
  [
    "changes addresses",
    "home-wireguard",
    (text) =>
      text.replace(
        "\tchain forward",
        "\tchain nat {\n\t\ttype nat hook postrouting priority srcnat;\n\t}\n\tchain forward",
      ),
    /in postrouting/,
  ],
  [
    "ends open",
    "home-wireguard",
    (text) => text.replace(/counter drop comment "closed-out"/, "accept"),
    /lets it pass/,
  ],
  [
    "is open while it is made",
    "home-wireguard",
    (text) => text.replace("policy drop", "policy accept"),
    /while it is made/,
  ],
  [
    "forwards",
    "home-wireguard",
    (text) => text.replace(/counter drop comment "closed-forward"/, "accept"),
    /lets it pass/,
  ],
  [
    "lets anything into a card",
    "home-wireguard",
    (text) => text.replace(rest, "\t\tudp dport 4242 accept\n$&"),
    /lets it pass/,
  ],
  [
    "takes a tunnel for another interface",
    "home-wireguard",
    (text) => text.replace(rest, "").replace('\t\toifname "lo"', "\t\tgoto out_other_links\n$&"),
    /lets it pass|drops it/,
  ],
  [
    "tries one state alone",
    "two-groups-two-tunnels",
    (text) => text.replaceAll("jump out_first", "goto out_first_probe"),
    /drops it/,
  ],
  ["keeps back what it marks", "only-these-apps", (text) => text.replace("policy accept", "policy drop"), /drops it/],
  ["marks as another app", "only-these-apps", (text) => text.replace("| 0x01000000", "| 0x02000000"), /drops it|marks/],
  [
    "marks as another app does, and asks for that",
    "only-these-apps",
    (text) => text.replaceAll("0x01000000", "0x02000000"),
    /marks its connection otherwise than the rules do/,
  ],
  [
    "takes a mark of others away",
    "only-these-apps",
    (text) => text.replaceAll("0x00ffffff", "0x0000ffff"),
    /more of a connection's mark/,
  ],
  [
    "knows an app only where others mark nothing",
    "only-these-apps",
    (text) => text.replaceAll("ct mark & 0xff000000 ==", "ct mark & 0xff000001 =="),
    /more of a connection's mark/,
  ],
  [
    "keeps back at once what has an address of ours",
    "only-these-apps",
    (text) => text.replace("\t\tmeta skuid", "\t\tfib saddr type local drop\n$&"),
    /drops it/,
  ],
  [
    "opens something for a while",
    "home-wireguard",
    (text) =>
      text.replace("\tflags owner\n", `$&${timed}`).replace("\t\tjump out\n", "\t\tmeta nfproto @open accept\n$&"),
    /open opens something for a while/,
  ],
  [
    "tells who sends what is forwarded",
    "home-wireguard",
    (text) => text.replace('counter drop comment "closed-forward"', "reject"),
    /tells somebody/,
  ],
  [
    "tells the log",
    "home-wireguard",
    (text) =>
      text.replace("\t\tjump out\n", '$&\t\tlimit rate 5/minute burst 5 packets log prefix "x: " flags skuid\n'),
    /tells somebody/,
  ],
  [
    "judges forwarded packets in front of the rules",
    "home-wireguard",
    (text) => text.replace("priority filter + 1", "priority filter - 1"),
    /right behind the rules in forward/,
  ],
  [
    "judges what leaves where it may not have its source yet",
    "home-wireguard",
    (text) => text.replace("srcnat + 201", "srcnat"),
    /right behind the rules in postrouting/,
  ],
  ["trusts an older mark", "only-these-apps", (text) => text.replace(/.*meta skuid 0-.*\n/, ""), /lets it pass/],
  [
    "knows a host where it was alone",
    "company-split-dns",
    (text) => text.replaceAll("203.0.113.0/28", "203.0.113.9"),
    /drops it/,
  ],
])("one that %s is refused", (_, name, change, reason) => {
  const text = ownedOf(name);
  expect(change(text)).not.toBe(text);
  expect(judgeOf(name)(change(text))).toMatch(reason);
});

test.each<readonly [Backend, string, string]>([
  ["nft", "srcnat + 201", "mangle + 1"],
  ["iptables", "mangle + 1", "srcnat + 201"],
])("one for %s that asks for another source than the rules do is refused", (backend, at, elsewhere) => {
  const text = ownedOf("home-wireguard", backend);
  const judge = judgeOf("home-wireguard", backend);
  expect(judge(text.replace(at, elsewhere))).toMatch(/right behind the rules in postrouting/);
});

test("one for iptables keeps nothing back that a masquerade gives its source only later", () => {
  const pairs = /^.*"built-in-forwarded"\n/gm;
  const judge = judgeOf("gateway", "iptables");
  expect(judge(ownedOf("gateway", "iptables"))).toBeUndefined();
  expect(judge(ownedOf("gateway", "iptables").replace(pairs, ""))).toMatch(/postrouting drops it/);
});

describe("among the files of a bundle", () => {
  const { plan } = policyNamed("home-wireguard");
  const written = { nft: nft.emit(plan), iptables: iptables.emit(plan) };

  test("it means what was planned", () => {
    expect([validateNft(plan, written.nft), validateIptables(plan, written.iptables)]).toEqual([undefined, undefined]);
  });

  test.each([
    ["nft", file],
    ["iptables", "iptables/owned.nft"],
  ] as const)("for %s it is missed", (backend, path) => {
    const validate = { nft: validateNft, iptables: validateIptables }[backend];
    const others = new Map([...written[backend]].filter(([each]) => each !== path));
    expect(validate(plan, others)).toMatchObject({ file: path, kind: "effect", reason: "is not there" });
  });

  test.each([
    ["nft", file],
    ["iptables", "iptables/owned.nft"],
  ] as const)("for %s an altered one is refused", (backend, path) => {
    const validate = { nft: validateNft, iptables: validateIptables }[backend];
    const text = written[backend].get(path) ?? "";
    const judged = (changed: string) => validate(plan, new Map([...written[backend], [path, changed]]));
    expect(judged(text.replace("jump out\n", "accept\n"))).toMatchObject({ kind: "packet", file: path });
    expect(judged(text.replace("\tflags owner\n", ""))).toMatchObject({ file: path });
    expect(judged(`${text}drop\n`)).toMatchObject({ kind: "unreadable", file: path });
  });

  test.each([
    ["nft/ruleset.nft", "inet ksp"],
    ["nft/lockdown.nft", "inet ksp"],
    ["nft/switch/up.nft", "inet ksp"],
    ["nft/disable.nft", "inet ksp"],
    ["nft/egress/eth0.nft", "netdev ksp-eth0"],
  ])("%s has no owner: it would go when that one ends", (path, table) => {
    const files = nft.emit(plan, ["eth0"]);
    const text = `${files.get(path)}table ${table} {\n\tflags owner\n}\n`;
    expect(validateNft(plan, new Map([...files, [path, text]]))).toMatchObject({
      kind: "effect",
      file: path,
      reason: `the table ${table} goes with the process that loads it`,
    });
  });
});

test("with more slices than marks iptables has no second look, and nobody misses it", () => {
  const apps = Array.from(
    { length: 256 },
    (_, i) => `app a${i} {\n  linux slice "ksp-a${i}.slice"\n  traffic outside\n  on loss keep\n}\n`,
  );
  const allowed = apps.map((_, i) => `allow out app a${i} to 192.0.2.1 tcp 443\n`);
  const text = `${examples().find(({ name }) => name === "home-wireguard")?.text}\n${[...apps, ...allowed].join("")}`;
  const { files, diagnostics } = compile({ file: "home.ksp", text }, { targets: ["iptables"] });
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
  expect(files?.has("iptables/ruleset.v4")).toBe(true);
  expect(files?.has("iptables/owned.nft")).toBe(false);
});
