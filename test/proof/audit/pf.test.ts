import { describe, expect, test } from "vitest";
import { auditPf } from "../../../src/proof/audit/pf.ts";
import { home } from "../../checks/helper.ts";
import { exampleOnMac, textOnMac } from "../../pf/policies.ts";
import { expectFindings, loaded, type Mac, reportOf, said as saidOf, stockMac, withAnchor } from "./pf-report.ts";

const { plan, files } = exampleOnMac("mac-laptop");
const up = loaded(files, "up");
const stock = stockMac(up);
const scrubAnchor = 'scrub-anchor "com.apple/*" all fragment reassemble';
const audit = (mac: Mac) => auditPf(plan, new Map([["report.txt", reportOf(mac)]])).findings;
const said = (mac: Mac): readonly string[] => saidOf(plan, mac);

/** With another text in our anchor, or translations there. */
const ours = (from: string | RegExp, to: string): Mac => stockMac({ ...up, rules: (up.rules ?? "").replace(from, to) });
const inOurs = (translations: string): Mac => stockMac({ ...up, translations });
const translation = /^absent a translation stands in it, and ksp writes none /;

test("two tunnels, each on a utun of its own, and before there is any", () => {
  const { plan, files } = exampleOnMac("two-hops");
  const said = (report: string) => auditPf(plan, new Map([["report.txt", report]])).findings;
  const up = reportOf(stockMac(loaded(files, "up")));
  expect(said(up)).toEqual([]);
  expect(said(reportOf(stockMac(loaded(files, "lockdown"))).replaceAll(/utun[45]/g, "utun_none"))).toEqual([]);
  // Which utun is which tunnel no rule says; that one is two is noticed.
  const reason = "a utun for two tunnels stands in it, and ksp writes none";
  expect(said(up.replaceAll("utun4", "utun5"))).toMatchObject([{ kind: "absent", reason }]);
});

test("a Mac as it comes, with a state of ours", () => {
  for (const state of ["lockdown", "down", "up"]) expect(said(stockMac(loaded(files, state)))).toEqual([]);
});

test("a report that went through another system's editor", () => {
  expect(auditPf(plan, new Map([["report.txt", reportOf(stock).replaceAll("\n", "\r\n")]])).findings).toEqual([]);
});

describe("ours are not in force", () => {
  test("a file that is no report", () => {
    expect(auditPf(plan, new Map()).findings).toMatchObject([{ kind: "absent", reason: "pfctl printed nothing" }]);
    const reason = "nothing says what `pfctl -sr` prints, and only to root does it";
    expect(auditPf(plan, new Map([["x", "hello\n"]])).findings).toMatchObject([{ kind: "absent", reason }]);
  });

  test.each<readonly [string, Mac, RegExp]>([
    ["pf is off", { ...stock, info: "Status: Disabled" }, /^absent pf is off$/],
    ["an empty anchor", stockMac({}), /^absent nothing is in the anchor/],
    [
      "no line of the main rules leads to it",
      withAnchor(stock, "", { rules: `${scrubAnchor}\nanchor "com.apple.internet-sharing/*" all` }),
      /^absent no line of the main rules leads these packets to them: out on /,
    ],
    [
      "the line is about a part of the packets",
      withAnchor(stock, "", { rules: `${scrubAnchor}\nanchor "com.apple/*" in all` }),
      /^absent no line of the main rules leads these packets to them: out /,
    ],
    [
      "a rule less",
      stockMac({ ...up, rules: (up.rules ?? "").replace(/^block return out quick on ! utun4 .*\n/m, "") }),
      /^absent what is loaded is no state of it, and nearest to `up`: the Mac passes it, the policy drops it: out /,
    ],
    [
      "another entry in a table",
      stockMac({ ...up, tables: { ...up.tables, private_ranges_84059728: "10.0.0.0/8\n192.0.0.0/8" } }),
      /^absent what is loaded is no state of it, and nearest to `up`: /,
    ],
    [
      "an anchor in ours",
      ours("block return out quick all", 'anchor "sub" all\n$&'),
      /^absent an anchor stands in it,/,
    ],
    [
      "who comes in is answered",
      ours(/^block drop quick all/m, "block return quick all"),
      /^absent an answer to who comes in stands in it, and ksp writes none \(block return quick all /,
    ],
    ["one that calls nothing", ours("block return out quick all", 'anchor "sub/*" in all\n$&'), /^absent an anchor /],
    ["one of scrubs", ours("scrub all", 'scrub-anchor "sub/*" all\n$&'), /^absent an anchor stands in it,/],
    [
      "a redirect in ours",
      inOurs("rdr pass on en0 inet proto tcp from any to any port = ssh -> 127.0.0.1"),
      translation,
    ],
    ["other addresses in ours", inOurs("nat pass on en0 inet from any to any -> (en0)"), translation],
    ["two for one in ours", inOurs("binat on en0 inet from 10.64.0.2 to any -> 192.0.2.1"), translation],
    ["another family in ours", inOurs("nat64 on en0 inet6 from any to 64:ff9b::/96 -> (en0)"), translation],
    ["an anchor of such in ours", inOurs('nat-anchor "sub/*" all'), translation],
    [
      "a route in ours",
      ours("pass out quick on utun4 all", "pass out quick on utun4 route-to (en0 192.168.1.1) all"),
      /^absent a route stands in it, and ksp writes none \(pass out quick on utun4 route-to /,
    ],
    [
      "a copy of each packet in ours",
      ours("pass out quick on utun4 all", "pass out quick on utun4 dup-to (en0 192.168.1.1) all"),
      /^absent one of them is not understood: the option dup-to /,
    ],
    [
      "a tag in ours",
      ours("block drop quick all label", "block drop quick all tag x label"),
      /^absent a tag stands in it/,
    ],
    [
      "a second utun for a tunnel",
      ours(/^(pass out quick on )utun4( all .*)$/m, "$&\n$1utun9$2"),
      /^absent a second utun for a tunnel stands in it, .*\(pass out quick on utun9 all /,
    ],
    [
      "what stands for a utun, beside one",
      ours(/^(block return out quick on ! )utun4( inet from 10\.64\.0\.2 .*)$/m, "$1utun_none$2"),
      /^absent a second utun for a tunnel stands in it/,
    ],
  ])("%s", (_, mac, expected) => {
    expectFindings(said(mac), [expected]);
  });

  test.each<readonly [string, Mac]>([
    ["no translation in ours", inOurs("no nat on en0 all\nno nat64 on en0 all")],
    ["the tunnel on another utun", ours(/utun4/g, "utun9")],
  ])("%s gives no alarm", (_, mac) => {
    expect(said(mac)).toEqual([]);
  });
});

describe("an earlier version of the policy", () => {
  const withRange = (range: string) => textOnMac("home", home({ more: `allow out to ${range} reason "work"` }));
  test.each(["lockdown", "up"])("in `%s` is nearest to the same state, with what differs", (state) => {
    const earlier = stockMac(loaded(withRange("203.0.113.0/28").files, state));
    const found = saidOf(withRange("192.0.2.0/28").plan, earlier).filter((line) => line.startsWith("absent"));
    expect(found).toEqual([
      expect.stringMatching(
        new RegExp(
          `^absent what is loaded is no state of it, and nearest to \`${state}\`: the Mac passes it, the policy drops it: .*203\\.0\\.113\\.`,
        ),
      ),
    ]);
  });
});

describe("fragments that stay in pieces", () => {
  const scrubs = (...lines: readonly string[]): Mac =>
    withAnchor(stock, "", { ...stock.anchors[""], rules: [...lines, 'anchor "com.apple/*" all'].join("\n") });
  const unled = /^absent no line of the main rules leads these fragments to their `scrub`, .*: (out|in) on /;

  test.each<readonly [string, Mac, readonly RegExp[]]>([
    ["no line leads to our scrub", scrubs(), [unled]],
    [
      "one leads elsewhere",
      withAnchor(
        scrubs('scrub-anchor "com.apple.internet-sharing" all fragment reassemble'),
        "com.apple.internet-sharing",
        {},
      ),
      [unled],
    ],
    [
      "one is about what arrives",
      scrubs('scrub-anchor "com.apple/*" in all fragment reassemble'),
      [/^absent .*: out /],
    ],
    ["ours has none", ours("scrub all fragment reassemble\n", ""), [unled]],
    [
      "ours leaves them",
      ours("scrub all fragment reassemble", "scrub all fragment crop"),
      [/^absent one of them leaves fragments in pieces \(scrub all fragment crop\): /],
    ],
    [
      "an exception before ours",
      scrubs("no scrub on en0 all", scrubAnchor),
      [/^breaks leaves fragments in pieces, which ours refuse \(no scrub on en0 all\): out on en0 /],
    ],
    [
      "another way before ours",
      scrubs("scrub in all no-df fragment drop-ovl", scrubAnchor),
      [/^breaks leaves fragments in pieces, .*\(scrub in all no-df fragment drop-ovl\): in on /],
    ],
    [
      "one that is not understood",
      scrubs("scrub on en0 all frobnicate", scrubAnchor),
      [/^unclear the option frobnicate \(scrub on en0 all frobnicate\): out on en0 /],
    ],
    ["ours is named", scrubs('scrub-anchor "com.apple/000.ksp" all fragment reassemble'), []],
    ["others do it", scrubs("scrub all random-id min-ttl 2 max-mss 1410 reassemble tcp fragment reassemble"), []],
    ["ours come first", scrubs(scrubAnchor, "no scrub all", "scrub all frobnicate"), []],
    ["an anchor on the way to none of them", withAnchor(stock, "com.apple/9/x", { rules: "no scrub all" }), []],
  ])("%s", (_, mac, expected) => {
    expectFindings(said(mac), expected);
  });

  test.each([
    "pass out quick on en0 inet proto udp from any to 10.0.0.0/8 no state fragment",
    // Whole, they may leave while the tunnel is up.
    "pass out quick on utun4 inet proto esp from 10.64.0.2 to 192.0.2.0/24 fragment",
    "pass in quick on utun4 all fragment",
  ])("a neighbour lets them pass, and nothing else: %s", (rule) => {
    const main = stock.anchors[""] ?? {};
    const mac = withAnchor(stock, "", { ...main, rules: `${rule}\n${main.rules}` });
    const does = "lets fragments pass that ours are not asked about";
    expect(audit(mac)).toMatchObject([{ kind: "opens", does, states: ["lockdown", "down", "up"] }]);
  });

  test("on loopback ours let them pass", () => {
    const main = stock.anchors[""] ?? {};
    expect(said(withAnchor(stock, "", { ...main, rules: `pass quick on lo0 all fragment\n${main.rules}` }))).toEqual(
      [],
    );
  });
});

describe("what a report does not say", () => {
  const main = stock.anchors[""] ?? {};
  const before = withAnchor(stock, "com.apple/000.a", { rules: "", tables: { x: "8.8.8.0/24" } });
  const kinds = (report: string) => auditPf(plan, new Map([["report.txt", report]])).findings.map(({ kind }) => kind);
  const failing = (mac: Mac, command: string): string => {
    const at = `== pfctl ${command}\n`;
    const [head = "", tail = ""] = reportOf(mac).split(at);
    return `${head}${at}${tail.replace("-- exit 0", "-- exit 1")}`;
  };

  test("an anchor that is called and not shown", () => {
    const unclear = /^unclear the report does not say all .*\(anchor "othervpn" all\)/;
    expectFindings(said(withAnchor(stock, "", { ...main, rules: `anchor "othervpn" all\n${main.rules}` })), [unclear]);
    expect(said(withAnchor(stock, "", { ...main, rules: `${main.rules}\nanchor "othervpn" all` }))).toEqual([]);
  });

  test.each(["-sr", "-sn", "-sT"])("%s failed", (show) => {
    expect(kinds(reportOf(before))).toEqual([]);
    expect(kinds(failing(before, `-a com.apple/000.a ${show}`))).toContain("unclear");
    expect(kinds(failing(stock, `-a com.apple/000.ksp ${show}`))).toContain("absent");
  });

  test("which anchors there are", () => {
    const reason = "nothing says what `pfctl -v -sA` prints, and only to root does it";
    const found = auditPf(plan, new Map([["report.txt", failing(stock, "-v -sA")]])).findings;
    expect(found).toMatchObject([{ kind: "absent", reason, isUnread: true }]);
  });

  test("the scrubs of an anchor", () => {
    const unclear = /^unclear the report does not say all .*\(scrub-anchor "other" all\): out /;
    const mac = (rules: string) => withAnchor(stock, "", { ...main, rules });
    expectFindings(said(mac(`scrub-anchor "other" all\n${main.rules}`)), [unclear]);
    expect(said(mac(`${main.rules}\nscrub-anchor "other" all`))).toEqual([]);
  });

  test("it was cut off", () => {
    const report = reportOf(before);
    expect(kinds(report.slice(0, report.indexOf("== pfctl -a com.apple/000.a -sn")))).toContain("unclear");
    expect(kinds(report.replace("== pfctl -v -sA\n", "$&  com.apple/000.b c\n"))).toContain("unclear");
  });

  test("of two moments", () => {
    const report = reportOf(stock);
    const old = report.replaceAll("-- exit 0", "-- exit 1");
    for (const both of [`${report}${report}`, `${report}${old}`, `${old}${report}`])
      expect(auditPf(plan, new Map([["report.txt", both]])).findings).toMatchObject([
        { kind: "absent", reason: "a command stands there twice", isUnread: true },
      ]);
    const two = new Map([
      ["report.txt", report],
      ["other.txt", report],
    ]);
    expect(auditPf(plan, two).findings).toMatchObject([{ kind: "absent", isUnread: true }]);
  });

  const passing = "pass out quick on en0 all flags S/SA keep state";
  test.each<readonly [string, readonly string[], readonly RegExp[]]>([
    ["a tag like a brace hides no rule", [`${passing} tag {`], [/^unclear .* tag \{\): out on en0 /]],
    [
      "nor does an anchor's",
      ['anchor "othervpn" all tag {'],
      [/^unclear a brace that does not close /, /^absent no line of the main rules /, /^unclear a rule in braces /],
    ],
    [
      "rules in braces are of their anchor",
      ['anchor "a" in all {', `  ${passing}`, "}"],
      [/^unclear a rule in braces /],
    ],
    [
      "and so are those of an anchor in one",
      ['anchor "a" all {', '  anchor "b" all {', `    ${passing}`, "  }", "}"],
      [/^unclear a rule in braces /],
    ],
    [
      "behind them a rule is one again",
      ['anchor "a" all {', "}", passing],
      [/^opens lets packets pass .*flags S\/SA keep state\)/],
    ],
    ["a brace that closes nothing may do anything", ["}"], [/^unclear .*\(\}\)/]],
  ])("%s", (_, lines, expected) => {
    const rules = [scrubAnchor, ...lines, 'anchor "com.apple/*" all'].join("\n");
    expectFindings(said(withAnchor(stock, "", { ...main, rules })), expected);
  });
});
