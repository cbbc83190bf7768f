import { expect, test } from "vitest";
import { diagnose, home } from "../checks/helper.ts";

const codes = (more: string): readonly string[] =>
  diagnose({ file: "home.ksp", text: home({ more }) }).map(({ code, message }) => `${code} ${message}`);

/** Once these were left out without a word: the name is declared, but it is no list. */
test.each([
  "deny out to @wg0",
  "deny out to 192.0.2.0/28, @wg0",
  "allow out to 203.0.113.0/24 except @wg0 tcp 443",
  "allow in from @wg0 tcp 22",
  "list more = 192.0.2.1, @wg0\ndeny out to @more",
  "expect drop out to @wg0",
])("a tunnel's name as a list is refused: %s", (more) => {
  expect(codes(more)).toContain("KSP2001 no list is named `wg0`");
});

test("a list that could not be read is told once, where it is declared", () => {
  expect(codes("list broken = 192.0.2.1/24\ndeny out to @broken")).toEqual([
    "KSP2004 `192.0.2.1/24` names a host and a network at once",
  ]);
});

test("IPv4 as sockets of IPv6 write it is no address: no packet bears it", () => {
  for (const [net, meant] of [
    ["::ffff:203.0.113.5", "203.0.113.5"],
    ["::ffff:cb00:7100/120", "203.0.113.0/24"],
    ["::ffff:0:0/96", "0.0.0.0/0"],
  ]) {
    const [found] = diagnose({ file: "home.ksp", text: home({ more: `deny out to ${net}` }) });
    expect(found).toMatchObject({ code: "KSP2005", help: { text: `write \`${meant}\`` } });
  }
  // Wider ones hold addresses that packets bear.
  expect(codes("deny out to ::/64")).toEqual([]);
});

test("lists that use each other, however many", () => {
  const length = 10_000;
  const chain = Array.from({ length }, (_, i) => `list l${i} = @l${i + 1}, 192.0.2.2`);
  expect(codes(["deny out to @l0", ...chain, `list l${length} = 192.0.2.1`].join("\n"))).toEqual([]);
  const circle = ["deny out to @l0", ...chain, `list l${length} = @l${length - 2}`];
  expect(codes(circle.join("\n"))).toEqual([expect.stringMatching(/^KSP2017 /)]);
});

test("a mark that no packet could carry, and one that every packet would", () => {
  const labels = (mark: string) =>
    diagnose({ file: "home.ksp", text: home({ more: `allow out mark ${mark} to 203.0.113.7 tcp 443` }) }).map(
      ({ code, primary }) => `${code} ${primary?.text}`,
    );
  expect(labels("0x10/0xf")).toEqual(["KSP2007 has bits outside its mask 0xf, so no packet could carry it"]);
  expect(labels("0x0/0x0")).toEqual(["KSP2007 the mask 0x0 has no bit, so every packet would carry it"]);
});

test.each([0, 256])("there is no protocol %i", (number) => {
  expect(codes(`allow out to 203.0.113.7 protocol ${number}`)).toEqual([
    `KSP2007 protocol \`${number}\` is out of range`,
  ]);
});

test.each(["reason", "owner", "ticket"])("an empty %s is none", (what) => {
  expect(codes(`deny out to 192.0.2.1 ${what} ""`)).toEqual([`KSP2092 \`\` is no ${what}`]);
  expect(codes(`deny out to 192.0.2.1 ${what} " "`)).toEqual([`KSP2092 \` \` is no ${what}`]);
  expect(codes(`deny out to 192.0.2.1 ${what} "x"`)).toEqual([]);
});
