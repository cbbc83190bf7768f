import { describe, expect, test } from "vitest";
import { expand } from "../../../src/ir/expand/expand.ts";
import { parse } from "../../../src/parser/parse.ts";
import { print } from "../../../src/parser/printer.ts";
import { checked, expectClean, expectFaults, fragment, policy, project } from "./helper.ts";

/** The statements of a policy of these lines as they read when everything is in its place. */
function expanded(lines: readonly string[], files: Readonly<Record<string, string>> = {}): string {
  const { root, load } = project({ "home.ksp": `ksp 1\npolicy home\n${lines.join("\n")}\n`, ...files });
  const parsed = parse(root).file;
  if (!parsed) throw new Error("the policy has a syntax error");
  const { file, diagnostics } = expand(parsed, root, load);
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  return file ? print(file).split("\n").slice(2).join("\n").trimEnd() : "";
}

describe("a value comes to every place where a parameter may stand", () => {
  test.each([
    ["network = 203.0.113.0/28", "deny out to $x", "deny out to 203.0.113.0/28"],
    [
      "network = 203.0.113.0/28, 2001:db8::/32",
      "deny out to 192.0.2.1, $x except 203.0.113.1",
      "deny out to 192.0.2.1, 203.0.113.0/28, 2001:db8::/32 except 203.0.113.1",
    ],
    ["network = @office", "deny out to 0.0.0.0/0 except $x", "deny out to 0.0.0.0/0 except @office"],
    ["address = 192.0.2.1", "deny in from $x", "deny in from 192.0.2.1"],
    ["port = 443", "deny out tcp 80, $x", "deny out tcp 80, 443"],
    ["port = 8000-8100", "deny in from 192.0.2.1 $x udp 53", "deny in from 192.0.2.1 8000-8100 udp 53"],
    ["number = 0x7", "deny out mark $x", "deny out mark 0x7"],
    ["number = 994", "deny out user $x", "deny out user 994"],
    ["text = 'root'", "deny out group $x", "deny out group 'root'"],
    [
      'text = "netops"',
      "deny out reason $x owner $x ticket $x",
      'deny out reason "netops" owner "netops" ticket "netops"',
    ],
    ["network = 192.0.2.0/24", "list a = $x", "list a = 192.0.2.0/24"],
    ["address = 192.0.2.1", "dns $x through wg0", "dns 192.0.2.1 through wg0"],
    [
      'text = "corp.example"',
      'dns 192.0.2.1 through wg0 for "a.example", $x',
      'dns 192.0.2.1 through wg0 for "a.example", "corp.example"',
    ],
    [
      "network = 192.0.2.1",
      'allow host "a.example" at $x within $x tcp 1',
      'allow host "a.example" at 192.0.2.1 within 192.0.2.1 tcp 1',
    ],
    ["network = 192.0.2.1", "portal for 5m to $x tcp 80", "portal for 5m to 192.0.2.1 tcp 80"],
    [
      "network = 192.0.2.1",
      "forward from link a $x to tunnel b rewrite to $x",
      "forward from link a 192.0.2.1 to tunnel b rewrite to 192.0.2.1",
    ],
    [
      "port = 22",
      "forward from link a to tunnel b tcp $x rewrite to 192.0.2.1 $x",
      "forward from link a to tunnel b tcp 22 rewrite to 192.0.2.1 22",
    ],
    ["network = 192.0.2.1", "expect drop out to $x", "expect drop out to 192.0.2.1"],
    ['text = "eth0"', "link a {\n  interface $x\n}", 'link a {\n  interface "eth0"\n}'],
    [
      "address = 192.0.2.1",
      "tunnel a {\n  server $x udp 1 nat64 $x\n  address $x\n  carries everything and $x\n}",
      "tunnel a {\n  server 192.0.2.1 udp 1 nat64 192.0.2.1\n  address 192.0.2.1\n  carries everything and 192.0.2.1\n}",
    ],
    [
      "number = 0x7",
      "tunnel a {\n  carrier mark $x/0xff and user $x\n}",
      "tunnel a {\n  carrier mark 0x7/0xff and user 7\n}",
    ],
    ["address = 127.0.0.1", "helper a {\n  listen $x udp 1\n}", "helper a {\n  listen 127.0.0.1 udp 1\n}"],
    ['text = "a.slice"', "app a {\n  linux slice $x\n}", 'app a {\n  linux slice "a.slice"\n}'],
    [
      "network = 192.0.2.1",
      "watch a {\n  heartbeat $x every 1s lost after 3\n  route $x\n}",
      "watch a {\n  heartbeat 192.0.2.1 every 1s lost after 3\n  route 192.0.2.1\n}",
    ],
    ['text = "wg"', "reconnect a {\n  linux run $x $x\n}", 'reconnect a {\n  linux run "wg" "wg"\n}'],
    ['text = "staff"', "control {\n  group $x\n}", 'control {\n  group "staff"\n}'],
  ])("%s: %s", (type, statement, result) => {
    const written = result.replace("user 7", "user 0x7");
    expect(expanded([`param x ${type}`, statement])).toBe(written);
  });

  test("the path of an import and of a list", () => {
    const files = { "a.ksp": fragment("a", "deny in"), "a.txt": "192.0.2.1\n" };
    expect(expanded(['param x text = "a.ksp"', "import $x"], files)).toBe("deny in");
    expect(expanded(['param x text = "a.txt"', "list a from $x"], files)).toBe('list a from "a.txt"');
  });

  test("from importer to importer", () => {
    const files = {
      "a.ksp": fragment(
        "a",
        "param site address",
        "param web port = 443",
        'import "b.ksp" {',
        "  net = $site, 192.0.2.9",
        "  port = $web",
        "}",
        "deny in from $site",
      ),
      "b.ksp": fragment("b", "param net network", "param port port", "deny out to $net tcp $port"),
    };
    expect(expanded(['import "a.ksp" {', "  site = 192.0.2.1", "}"], files)).toBe(
      "deny out to 192.0.2.1, 192.0.2.9 tcp 443\ndeny in from 192.0.2.1",
    );
  });
});

describe("types", () => {
  const values = {
    address: "192.0.2.1",
    network: "192.0.2.0/24",
    port: "8000-8100",
    number: "0x7",
    text: '"a"',
  } as const;
  /** A decimal number is a port, too; an address a network. */
  const fits: Readonly<Record<string, readonly string[]>> = { network: ["address"] };
  const types = Object.keys(values) as (keyof typeof values)[];
  const uses: Readonly<Record<string, string>> = {
    address: "deny out to $x",
    network: "deny out to $x",
    port: "deny out tcp $x",
    number: "deny out mark $x",
    text: "deny out reason $x",
  };
  const pairs = types.flatMap((type) => types.map((other) => [type, other] as const));

  test.each(pairs)("a param %s with a value of %s", (type, other) => {
    const source = { file: "home.ksp", text: policy(`param x ${type} = ${values[other]}`, uses[type] ?? "") };
    const codes = checked({ "home.ksp": source.text }).diagnostics.map(({ code }) => code);
    expect(codes.includes("KSP2062")).toBe(type !== other && !fits[type]?.includes(other));
  });

  test.each(pairs)("a param %s in a place for %s", (type, other) => {
    const text = policy(`param x ${type} = ${values[type]}`, uses[other] ?? "");
    const codes = checked({ "home.ksp": text }).diagnostics.map(({ code }) => code);
    const nets = ["address", "network"];
    const same = type === other || (nets.includes(type) && nets.includes(other));
    expect(codes.includes("KSP2063")).toBe(!same);
  });

  test.each(pairs)("%s handed on as %s", (type, other) => {
    const home = policy(`param x ${type} = ${values[type]}`, 'import "a.ksp" {', "  x = $x", "}");
    const codes = checked({ "home.ksp": home, "a.ksp": fragment("a", `param x ${other}`, uses[other] ?? "") });
    const same = type === other || (type === "address" && other === "network");
    expect(codes.diagnostics.some(({ code }) => code === "KSP2062")).toBe(!same);
  });

  test("a use in the wrong place shows use, declaration and value", () => {
    expectFaults(
      {
        "home.ksp": policy('import "a.ksp" {', '  contact = ⟦"netops"⟧', "}"),
        "a.ksp": fragment("a", "param ⟦contact⟧ text", "allow out to ⟦$contact⟧ tcp 443"),
      },
      {
        code: "KSP2063",
        message: "`$contact` is a text and does not fit here",
        at: ["a.ksp", 1],
        secondary: [
          ["a.ksp", 0],
          ["home.ksp", 0],
        ],
      },
    );
  });

  test("several networks where one belongs", () => {
    expectFaults(
      {
        "home.ksp": policy("param ⟦x⟧ network = ⟦192.0.2.1, 192.0.2.2⟧", "helper h {", "  listen ⟦$x⟧ udp 1", "}"),
      },
      {
        code: "KSP2063",
        message: "`$x` is several networks and does not fit here",
        at: ["home.ksp", 2],
        secondary: [
          ["home.ksp", 0],
          ["home.ksp", 1],
        ],
      },
    );
  });

  test("a value out of range is shown where it is bound", () => {
    expectFaults(
      {
        "home.ksp": policy('import "a.ksp" {', "  web = ⟦70000⟧", "  net = ⟦192.0.2.1/24⟧", "}"),
        "a.ksp": fragment("a", "param web port", "param net network", "allow out to $net tcp $web"),
      },
      { code: "KSP2004", message: "`192.0.2.1/24` names a host and a network at once", at: ["home.ksp", 1] },
      { code: "KSP2007", message: "port `70000` is out of range", at: ["home.ksp", 0] },
    );
  });
});

describe("a parameter", () => {
  test("that nobody declared", () => {
    expectFaults(
      { "home.ksp": policy("allow out to ⟦$site⟧ tcp 443") },
      { code: "KSP2060", message: "no parameter is named `site`", at: ["home.ksp", 0] },
    );
  });

  test("of the importer is unknown in the fragment", () => {
    expectFaults(
      {
        "home.ksp": policy("param site network = 192.0.2.0/28", 'import "a.ksp"', "deny in from $site"),
        "a.ksp": fragment("a", "allow out to ⟦$site⟧ tcp 443"),
      },
      { code: "KSP2060", message: "no parameter is named `site`", at: ["a.ksp", 0] },
    );
  });

  test("that is bound, and not declared", () => {
    expectFaults(
      {
        "home.ksp": policy('import "a.ksp" {', "  ⟦site⟧ = 192.0.2.0/28", "}"),
        "a.ksp": fragment("a", "deny in from 192.0.2.1"),
      },
      { code: "KSP2060", message: "no parameter is named `site`", at: ["home.ksp", 0] },
    );
  });

  test("that is bound twice", () => {
    expectFaults(
      {
        "home.ksp": policy('import "a.ksp" {', "  ⟦site⟧ = 192.0.2.0/28", "  ⟦site⟧ = 192.0.2.0/28", "}"),
        "a.ksp": fragment("a", "param site network", "deny in from $site"),
      },
      { code: "KSP2006", message: "`site` is said twice", at: ["home.ksp", 1], secondary: [["home.ksp", 0]] },
    );
  });

  test("that is declared twice", () => {
    expectFaults(
      { "home.ksp": policy("param ⟦x⟧ port = 1", "param ⟦x⟧ port = 2", "deny out tcp $x") },
      {
        code: "KSP2002",
        message: "the name `x` is declared twice",
        at: ["home.ksp", 1],
        secondary: [["home.ksp", 0]],
      },
    );
  });

  test("that is not bound", () => {
    expectFaults(
      {
        "home.ksp": policy('import ⟦"a.ksp"⟧'),
        "a.ksp": fragment("a", "param ⟦site⟧ network", "deny in from $site"),
      },
      {
        code: "KSP2061",
        message: "the parameter `site` has no value",
        at: ["home.ksp", 0],
        secondary: [["a.ksp", 0]],
      },
    );
  });

  test("of a policy without a default", () => {
    expectFaults(
      { "home.ksp": policy("param ⟦site⟧ network", "deny in from $site") },
      { code: "KSP2061", message: "the parameter `site` has no value", at: ["home.ksp", 0] },
    );
  });

  test("whose default names another", () => {
    expectFaults(
      { "home.ksp": policy("param a port = 1", "param ⟦b⟧ port = ⟦$a⟧", "deny out tcp $a, $b") },
      {
        code: "KSP2062",
        message: "the parameter `b` takes a port",
        at: ["home.ksp", 1],
        secondary: [["home.ksp", 0]],
      },
    );
  });

  test("that nothing uses", () => {
    expectFaults(
      { "home.ksp": policy("param ⟦a⟧ port = 1") },
      { code: "KSP2064", message: "nothing uses the parameter `a`", at: ["home.ksp", 0] },
    );
  });

  test("may have one name in two files", () => {
    expectClean({
      "home.ksp": policy("param x port = 1", 'import "a.ksp" {', "  x = 2", "}", "deny out tcp $x"),
      "a.ksp": fragment("a", "param x port", "deny out tcp $x"),
    });
  });
});
