import { describe, expect, test } from "vitest";
import { lex } from "../../src/parser/lexer.ts";
import { parse, parsePacket } from "../../src/parser/parse.ts";
import { print, printPacket, printStatement } from "../../src/parser/printer.ts";
import { head, sample, samples, statement, tree, withoutSpans } from "./samples.ts";

const comments = (text: string): readonly string[] =>
  text
    .replace(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/g, "")
    .split("\n")
    .flatMap((line) => (line.includes("#") ? [line.slice(line.indexOf("#")).trimEnd()] : []));

describe.each(samples)("$file", ({ text }) => {
  const printed = print(tree(text));

  test("printing keeps the tree", () => {
    expect(withoutSpans(tree(printed))).toEqual(withoutSpans(tree(text)));
  });
  test("printing twice changes nothing", () => {
    expect(print(tree(printed))).toBe(printed);
  });
  test("every comment is kept, in order", () => {
    expect(comments(printed)).toEqual(comments(text));
  });
  test("CRLF changes nothing", () => {
    expect(print(tree(text.replaceAll("\n", "\r\n")))).toBe(printed);
  });
  test("every statement stands alone without its comments", () => {
    for (const each of tree(text).statements) {
      const bare = printStatement(each);
      expect(comments(bare)).toEqual([]);
      expect(printStatement(statement(bare))).toBe(bare);
    }
  });
});

test("the kitchen sink keeps its look but for aligned columns", () => {
  const { text } = sample("kitchen-sink.ksp");
  const squeezed = (lines: string) => lines.replace(/(\S) +/g, "$1 ");
  expect(squeezed(print(tree(text)))).toBe(squeezed(text));
});

test("the printed kitchen sink", () => {
  expect(print(tree(sample("office.ksp").text))).toBe(`ksp 1
fragment office

# What every laptop of the office shares; imported by kitchen-sink.ksp.
param site network
param contact text

allow out to $site tcp 443 reason "intranet" owner $contact
`);
});

test("no token of the kitchen sink can go without a change of the tree", () => {
  const { text } = sample("kitchen-sink.ksp");
  const whole = JSON.stringify(withoutSpans(tree(text)));
  const tokens = lex(text).tokens.filter(({ image }) => image.trim() !== "");
  let accepted = 0;
  for (const { startOffset, image } of tokens) {
    const { file } = parse({
      file: "a.ksp",
      text: text.slice(0, startOffset) + text.slice(startOffset + image.length),
    });
    if (!file) continue;
    accepted++;
    expect(JSON.stringify(withoutSpans(file)), `without \`${image}\` at ${startOffset}`).not.toBe(whole);
  }
  expect(accepted).toBeGreaterThan(20);
});

test("spans cover what they name", () => {
  const { text } = sample("kitchen-sink.ksp");
  const at = ({ start, end }: { readonly start: number; readonly end: number }) => text.slice(start, end);
  for (const each of tree(text).statements) {
    expect(at(each.span).startsWith(each.kind)).toBe(true);
    if ("block" in each) expect(at(each.span).endsWith("}")).toBe(true);
    if ("name" in each) expect(at(each.name.span)).toBe(each.name.name);
    if (each.kind === "dns" && each.resolvers) expect(at(each.resolvers.span)).toMatch(/^10\.[0-9.]+(, fd65::1)?$/);
    if (each.kind === "allow" && each.opening.kind === "packet") {
      const { packet } = each.opening;
      expect(at(packet.span)).toBe(printPacket(packet));
    }
  }
});

test.each([
  "out to 8.8.8.8 udp 53",
  "in from 192.168.1.0/24, fd00::/8 except 192.168.1.9 22, 80-90 to 10.0.0.1 tcp 1, 2-3 through wg0",
  "forward app firefox icmp echo-request on eth0",
  "out mark 0x6b73/0xffff icmpv6",
  "out user 1000 protocol 50",
])("a packet alone: %s", (text) => {
  const { packet, diagnostics } = parsePacket(text);
  expect(diagnostics).toEqual([]);
  expect(packet && printPacket(packet)).toBe(text);
  expect(packet?.span).toEqual({ file: "packet", start: 0, end: text.length });
  expect(parsePacket(`${text}\n`).diagnostics).toEqual([]);
});

test("a keyword may be a name wherever a name stands", () => {
  for (const word of ["tunnel", "to", "hop1", "hop1-x", "listen", "down", "ports", "ipv6", "on"]) {
    const text = `chain ${word} = ${word} -> ${word}`;
    expect(printStatement(statement(text))).toBe(text);
    const claim = `expect drop out app ${word} on ${word} while ${word}:down or hop2`;
    expect(printStatement(statement(claim))).toBe(claim);
  }
});

test.each([
  "on wifi",
  "through wg0",
  "while down",
  'reason "x"',
  "until 2027-01-01",
  "redirect",
  "reply-to while down",
])("icmp without a type before `%s`, or with one", (rest) => {
  const text = `allow out icmp ${rest}`;
  expect(printStatement(statement(text))).toBe(text);
});

test("longest keyword first: `listen`, `apps`, `portal` are no names", () => {
  expect(
    tree(`${head}scope apps\nportal for 1m tcp 80\nhelper x {\nlisten 127.0.0.1 udp 1\n}`).statements,
  ).toHaveLength(3);
});

test("a statement goes on behind `,` and `->`, and a missing last line end is supplied", () => {
  expect(printStatement(statement("chain a = b ->\n\n  c ->\n d"))).toBe("chain a = b -> c -> d");
  expect(printStatement(statement("allow out tcp 1,\n  2,\r\n\t3"))).toBe("allow out tcp 1, 2, 3");
});
