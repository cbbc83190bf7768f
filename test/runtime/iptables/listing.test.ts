import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseAddress } from "../../../src/net/address.ts";
import { free } from "../../../src/runtime/firewall/kernel.ts";
import { closedFiles } from "../../../src/runtime/iptables/closed.ts";
import { IptablesListener } from "../../../src/runtime/iptables/hearing.ts";
import { parseHits } from "../../../src/runtime/iptables/hits.ts";
import { type Extension, parseSaved, parseSets, shapeIn } from "../../../src/runtime/iptables/listing.ts";
import { compareMeaning } from "../../../src/runtime/iptables/meaning.ts";
import { filledSets, fillText } from "../../../src/runtime/iptables/sets.ts";

const golden = new URL("../../golden/", import.meta.url);
const filesOf = (policy: string): ReadonlyMap<string, string> => {
  const folder = new URL(`${policy}/`, golden);
  const paths = readdirSync(new URL("iptables/", folder), { recursive: true, encoding: "utf8" });
  const texts = paths.filter((path) => /\.\w+$/.test(path) && !path.endsWith("switch"));
  return new Map(texts.map((path) => [`iptables/${path}`, readFileSync(new URL(`iptables/${path}`, folder), "utf8")]));
};
const files = filesOf("home");
const shape = shapeIn(files);

type Saved = Readonly<Record<Extension, string>>;
/** What a kernel would print that holds nothing but these rules, and then was switched. */
const listed = (state = "down", of = files): Saved => {
  const one = (extension: Extension): string => {
    const lines = (of.get(`iptables/ruleset.${extension}`) ?? "")
      .split("\n")
      .filter((line) => /^[*:-]|^COMMIT/.test(line));
    const saved = lines.map((line) => line.replace(/^-I (\S+) 1 /, "-A $1 ")).join("\n");
    const places = shapeIn(of).states.get(state) ?? new Map<string, string>();
    return [...places].reduce((text, [place, rule]) => {
      const [family, table = "", chain = ""] = place.split(" ");
      if (family !== extension) return text;
      const from = text.indexOf(`*${table}\n`);
      return (
        text.slice(0, from) + text.slice(from).replace(new RegExp(`^-A ${chain} .*$`, "m"), () => `-A ${chain} ${rule}`)
      );
    }, saved);
  };
  return { v4: one("v4"), v6: one("v6") };
};
const read = (saved: Saved) => parseSaved(saved, shape);

describe("the state in force", () => {
  test.each(["down", "up", free])("is the one that every place of both families is in: %s", (state) =>
    expect(read(listed(state)).state).toBe(state),
  );
  test("is none where one family is in another, or somebody stands before ours", () => {
    expect(read({ v4: listed("up").v4, v6: listed("down").v6 }).state).toBeUndefined();
    const before = listed("up").v4.replace("-A OUTPUT", "-A OUTPUT -p tcp -j ACCEPT\n-A OUTPUT");
    expect(read({ ...listed("up"), v4: before }).state).toBeUndefined();
    const first = listed("up").v6.replace("-A ksp_output", "-A ksp_output -j ACCEPT\n-A ksp_output");
    expect(read({ ...listed("up"), v6: first }).state).toBeUndefined();
    expect(read({ v4: "", v6: "" }).state).toBeUndefined();
  });
  test("is that of IPv4 where there is no IPv6, and none once there is one", () => {
    const { v4 } = listed("up");
    expect(parseSaved({ v4 }, shape).state).toBe("up");
    expect(parseSaved({ v4, v6: "" }, shape).state).toBeUndefined();
    expect(parseSaved({ v4: v4.replace("-A OUTPUT", "-A OUTPUT -j ACCEPT\n-A OUTPUT") }, shape).state).toBeUndefined();
  });
});

describe("a listing", () => {
  const whole = read(listed("up"));
  test("is another one without any line of ours", () => {
    for (const extension of ["v4", "v6"] as const) {
      const lines = listed("up")[extension].split("\n");
      const ours = lines.flatMap((line, i) => (line.includes("ksp_") ? [i] : []));
      expect(ours.length).toBeGreaterThan(50);
      for (const i of ours) {
        const less = read({ ...listed("up"), [extension]: lines.toSpliced(i, 1).join("\n") });
        expect(less, lines[i]).not.toEqual(whole);
      }
    }
  });
  test("is the same whatever others do behind ours, and however much is counted", () => {
    const { v4, v6 } = listed("up");
    const more = v4
      .replace("COMMIT", ":other - [0:0]\n-A other -j ACCEPT\n-A POSTROUTING -j other\nCOMMIT")
      .replace(":ksp_output - [0:0]", ":OUTPUT ACCEPT [17:4200]\n:ksp_output - [0:0]");
    expect(read({ v4: `# Generated\n*raw\n-A OUTPUT -j NOTRACK\nCOMMIT\n${more}`, v6 })).toEqual(whole);
  });
});

describe("what a kernel lists of sets", () => {
  const sets = `create ksp_lan_v4_1a hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x91
add ksp_lan_v4_1a 10.0.0.0/8
add ksp_lan_v4_1a 172.16.0.0/12
create ksp_portal_open_v4 hash:net family inet hashsize 1024 maxelem 65536 timeout 1
add ksp_portal_open_v4 0.0.0.0/1 timeout 299
create others hash:ip,port family inet
`;
  const same = (text: string): boolean => JSON.stringify([...parseSets(text)]) === JSON.stringify([...parseSets(sets)]);
  test.each([
    ["in another order", sets.replace(/(add.*\n)(add.*\n)/, "$2$1"), true],
    ["grown", sets.replaceAll("1024", "4096").replace("0x91", "0x7"), true],
    ["as time goes by", sets.replace("add ksp_portal_open_v4 0.0.0.0/1 timeout 299\n", ""), true],
    ["of others", sets.replace("hash:ip,port", "hash:mac"), true],
    ["with an element more", `${sets}add ksp_lan_v4_1a 192.0.2.0/24\n`, false],
    ["with another element", sets.replace("10.0.0.0/8", "10.0.0.0/7"), false],
    ["of another kind", sets.replace("family inet hashsize", "family inet6 hashsize"), false],
    ["without one", sets.replace(/create ksp_portal.*\nadd.*\n/, ""), false],
  ])("%s", (_, text, is) => expect(same(text)).toBe(is));
});

const elements = (text: string): string =>
  text
    .split("\n")
    .filter((line) => /^(create|add)/.test(line))
    .map((line) => line.replace(" -exist", ""))
    .join("\n");

describe("a reader of what a kernel lists", () => {
  const travel = filesOf("travel");
  const sets = elements(travel.get("iptables/sets.ipset") ?? "");
  const answer = (saved: Saved, listedSets = sets, state = "down") =>
    compareMeaning({ listed: { ...saved, sets: listedSets }, files: travel, state });

  test.each(["down", "up"])("finds in %s what was loaded, beside rules of others", (state) => {
    const { v4, v6 } = listed(state, travel);
    const beside = v4.replace("COMMIT", "-A POSTROUTING -j TCPMSS --clamp-mss-to-pmtu\nCOMMIT");
    expect(answer({ v4: `*raw\n-A OUTPUT -j NOTRACK\nCOMMIT\n${beside}`, v6 }, sets, state)).toEqual({ kind: "same" });
    // The network gave its resolvers, and the time of a portal runs.
    const filled = `${sets}\nadd ksp_portal_resolvers_v4 192.168.1.1`;
    expect(answer({ v4, v6 }, filled, state)).toEqual({ kind: "same" });
  });

  test("names a packet of which the kernel holds something else, now or after a switch, or says that it cannot read", () => {
    const saved = listed("down", travel);
    const more = saved.v4.replace(
      /^(\*filter[\s\S]*?)(-A ksp_out_up )/m,
      "$1-A ksp_out_up -d 203.0.113.1 -j RETURN\n$2",
    );
    expect(answer({ ...saved, v4: more })).toMatchObject({
      kind: "difference",
      what: expect.stringMatching(/203\.0\.113\.1.*the kernel lets it pass, the files do not/),
    });
    const less = saved.v6.replace(/^-A ksp_out_other_links .*-g ksp_closed_out\n/m, "");
    expect(less).not.toBe(saved.v6);
    expect(answer({ ...saved, v6: less }).kind).toBe("difference");
    expect(answer({ ...saved, v4: more.replace("-d 203.0.113.1", "-m bpf --bytecode 1") })).toMatchObject({
      kind: "unread",
    });
    expect(answer({ ...saved, v4: saved.v4.replaceAll(/^-A OUTPUT .*\n/gm, "") }).kind).toBe("difference");
  });
});

describe("what is open for a while", () => {
  const travel = filesOf("travel");
  const open = (seconds: number): string => {
    const timed = (travel.get("iptables/switch/portal.ipset") ?? "").replaceAll(/ timeout \d+/g, ` timeout ${seconds}`);
    return `${elements(travel.get("iptables/sets.ipset") ?? "")}\n${seconds === 0 ? "" : elements(timed)}`;
  };
  test.each([
    ["still open", 299, "same"],
    ["over", 0, "same"],
    ["open for longer than it was opened", 9_999, "difference"],
  ])("%s", (_, seconds, kind) => {
    const asked = { listed: { ...listed("portal", travel), sets: open(seconds) }, files: travel, state: "portal" };
    expect(compareMeaning(asked).kind).toBe(kind);
  });
});

describe("sets that are filled", () => {
  const sets = `create ksp_portal_resolvers_v4 hash:net family inet maxelem 65536 -exist
flush ksp_portal_resolvers_v4
create ksp_portal_resolvers_v6 hash:net family inet6 maxelem 65536 -exist
create ksp_office_v4_12345678 hash:net family inet maxelem 65536 -exist
`;
  const addresses = ["192.168.1.1", "192.168.1.2"].flatMap((text) => parseAddress(text) ?? []);
  test("lose what stood there before, in one step each", () => {
    expect([...filledSets(sets).keys()]).toEqual(["ksp_portal_resolvers_v4", "ksp_portal_resolvers_v6"]);
    expect(
      fillText(filledSets(sets), "portal_resolvers", addresses),
    ).toBe(`create ksp_fill hash:net family inet maxelem 65536 -exist
flush ksp_fill
add ksp_fill 192.168.1.1
add ksp_fill 192.168.1.2
swap ksp_fill ksp_portal_resolvers_v4
destroy ksp_fill
create ksp_fill hash:net family inet6 maxelem 65536 -exist
flush ksp_fill
swap ksp_fill ksp_portal_resolvers_v6
destroy ksp_fill
`);
    expect(fillText(filledSets(sets), "office", addresses)).toBe("");
  });
});

test("hits are added up by statement over both families, logs not among them", () => {
  const saved = `[3:100] -A ksp_out_up -o lo -m comment --comment built-in-loopback -j RETURN
[4:200] -A ksp_out_up -o lo -m comment --comment built-in-loopback -j RETURN
[1:60] -A ksp_closed_out -m comment --comment closed-out -j LOG
[9:540] -A ksp_closed_out -p tcp -m comment --comment closed-out -j REJECT --reject-with tcp-reset
[2:80] -A ksp_out_up -g ksp_closed_out
[7:80] -A OUTPUT -m comment --comment other -j ACCEPT`;
  expect(parseHits(saved)).toEqual([
    { statement: "closed-out", passed: false, packets: 9, bytes: 540 },
    { statement: "built-in-loopback", passed: true, packets: 7, bytes: 300 },
  ]);
});

describe("events of nft monitor", () => {
  const heard = (line: string): readonly string[] => {
    const told: string[] = [];
    const listener = new IptablesListener(
      {
        tampered: () => told.push("tampered"),
        touched: () => told.push("touched"),
        unsure: () => told.push("unsure"),
        bypassed: () => told.push("bypassed"),
      },
      { v4: "no-such-iptables", v6: "no-such-ip6tables" },
    );
    listener.stop();
    listener.hear(line);
    return told;
  };
  test.each([
    ["add rule ip filter OUTPUT counter accept", ["touched"]],
    ["delete rule ip6 mangle ksp_postrouting handle 3", ["touched"]],
    ["delete chain ip nat POSTROUTING", ["touched"]],
    ["flush ruleset", []],
    ["add rule inet other out accept", []],
    ["add element ip filter-2 x { 10.0.0.1 }", []],
    ['add rule netdev other e udp dport 4242 fwd to "lo"', ["bypassed"]],
    ["# new generation 5 by process 12 (iptables)", []],
  ])("%s", (line, told) => expect(heard(line)).toEqual(told));
});

test("what closes without a policy is of literals alone", () => {
  for (const [name, text] of closedFiles)
    if (name !== "load.sh") expect(text).not.toMatch(/--match-set|--path|--uid-owner|-o (?!lo)|-i (?!lo)/);
});
