import { describe, expect, test } from "vitest";
import { rulesetOf } from "../../../../src/proof/readers/pf/expand.ts";
import { usualServices } from "../../../../src/proof/readers/pf/names.ts";
import { readText } from "../../../../src/proof/readers/pf/read-text.ts";

/** Without lines, as values that can be compared. */
const meant = (text: string) => {
  const { entries, scrubs, tables } = rulesetOf(readText(`${text}\n`, { services: usualServices }));
  return JSON.parse(
    JSON.stringify({ entries, scrubs, tables: [...tables] }, (key, value: unknown) =>
      key === "line" ? undefined : typeof value === "bigint" ? `${value}` : value,
    ),
  );
};

/** What pfctl is given, and what it prints: measured with OpenBSD 4.3's (P); the same form was seen on macOS as well (M). */
describe("what pfctl prints is what it was given", () => {
  test.each([
    ["P", "block all", ["block drop all"]],
    ["P", "block return out quick", ["block return out quick all"]],
    ["M", "pass quick on lo0", ["pass quick on lo0 all flags S/SA keep state"]],
    ["M", "pass quick on lo0 all no state", ["pass quick on lo0 all no state"]],
    ["M", "pass in quick from <s> to <d>", ["pass in quick from <s> to <d> flags S/SA keep state"]],
    [
      "M",
      "pass out quick on en0 proto udp to 198.51.100.7 port 51820 user 0 keep state (if-bound)",
      ["pass out quick on en0 inet proto udp from any to 198.51.100.7 port = 51820 user = 0 keep state (if-bound)"],
    ],
    [
      "P",
      'pass out quick on utun4 keep state (if-bound) flags any label "x"',
      ['pass out quick on utun4 all flags any keep state (if-bound) label "x"'],
    ],
    [
      "P",
      "block return out quick proto { tcp, udp } to any port 53",
      [
        "block return out quick proto tcp from any to any port = domain",
        "block return out quick proto udp from any to any port = domain",
      ],
    ],
    ["P", "pass proto tcp to any port 53:53", ["pass proto tcp from any to any port 53:53 flags S/SA keep state"]],
    ["M", "block proto tcp to any port 1000:2000", ["block drop proto tcp from any to any port 1000:2000"]],
    ["P", "block proto tcp to any port >= 1024", ["block drop proto tcp from any to any port >= 1024"]],
    ["P", "block proto tcp to any port != 80", ["block drop proto tcp from any to any port != http"]],
    [
      "P",
      "pass proto udp from any port 68 to 255.255.255.255 port 67 no state",
      ["pass inet proto udp from any port = bootpc to 255.255.255.255 port = bootps no state"],
    ],
    [
      "P",
      "pass inet6 proto 58 from fe80::/10 to any icmp6-type 134 code 0",
      ["pass inet6 proto ipv6-icmp from fe80::/10 to any icmp6-type routeradv code 0 keep state"],
    ],
    ...(
      [
        ["133", "routersol"],
        ["135", "neighbrsol"],
        ["136", "neighbradv"],
        ["137 code 0", "redir code redironlink"],
        ["1", "unreach"],
        ["2", "toobig"],
        ["3", "timex"],
        ["4", "paramprob"],
        ["128", "echoreq"],
        ["129", "echorep"],
        ["143", "143"],
      ] as const
    ).map(([number, name]): [string, string, string[]] => [
      "P",
      `pass inet6 proto ipv6-icmp all icmp6-type ${number}`,
      [`pass inet6 proto ipv6-icmp all icmp6-type ${name} keep state`],
    ]),
    ...(
      [
        ["3 code 4", "unreach code needfrag"],
        ["0", "echorep"],
        ["8", "echoreq"],
        ["11", "timex"],
        ["12", "paramprob"],
      ] as const
    ).map(([number, name]): [string, string, string[]] => [
      "P",
      `block inet proto icmp all icmp-type ${number}`,
      [`block drop inet proto icmp all icmp-type ${name}`],
    ]),
    ["P", "block from 2001:DB8:0::1", ["block drop inet6 from 2001:db8::1 to any"]],
    ["P", "block from 10.0.0.0/8", ["block drop inet from 10.0.0.0/8 to any"]],
    ["P", "block inet from 10.0.0.1/32", ["block drop inet from 10.0.0.1 to any"]],
    ["M", "scrub in", ["scrub in all fragment reassemble"]],
    ["P", "table <b> { 10.0.0.0/8, !10.1.0.0/16 }", ["table <b> { 10.0.0.0/8 !10.1.0.0/16 }"]],
    ["M", 'anchor "ksp/up"', ['anchor "ksp/up" all']],
    // Whatever the order of the options in a file, one order in a listing.
    [
      "P",
      'pass out log quick on en0 inet proto tcp to 10.0.0.1 port 443 tag b label "x" allow-opts keep state (if-bound) flags S/SA group 20 user 501 ! tagged a',
      [
        'pass out log quick on en0 inet proto tcp from any to 10.0.0.1 port = https user = 501 group = 20 flags S/SA keep state (if-bound) allow-opts label "x" tag b ! tagged a',
      ],
    ],
    ["P", "pass quick all fragment", ["pass quick all fragment"]],
    ["P", "pass quick all flags any no state", ["pass quick all flags any no state"]],
    ["P", "pass quick proto udp all", ["pass quick proto udp all keep state"]],
  ])("%s %s", (_, given, printed) => {
    expect(meant(printed.join("\n"))).toEqual(meant(given));
    // Nothing that is asked for is overheard.
    expect(meant("block drop quick on en9 inet6 proto 99 from fd99::1 to any")).not.toEqual(meant(given));
  });
});

test("-nv prints the last part of an anchor's path alone, so listings are those of -sr (P)", () => {
  expect(meant('anchor "/up" all')).not.toEqual(meant('anchor "ksp/up"'));
});

test("0.0.0.0/0 is printed as all of its family (P)", () => {
  expect(meant("block drop inet from 0.0.0.0/0 to any").entries).toMatchObject([{ version: 4 }]);
  expect(meant("block drop inet all").entries).toMatchObject([{ version: 4 }]);
});

/** In the order of pfctl: interface, protocol, type, from, port, to, port, user, group (P). */
test("lists are nested", () => {
  const { entries } = meant("block on { en0 en1 } proto { tcp udp } from { 10.0.0.1 10.0.0.2 } to any port { 1 2 }");
  const places = entries.map(
    (rule: { interface: { name: string }; protocol: number; destinationPort: { value: number } }) => [
      rule.interface.name,
      rule.protocol,
      rule.destinationPort.value,
    ],
  );
  expect(entries).toHaveLength(16);
  expect(places.slice(0, 3)).toEqual([
    ["en0", 6, 1],
    ["en0", 6, 2],
    ["en0", 6, 1],
  ]);
  expect(places.at(-1)).toEqual(["en1", 17, 2]);
});

/** `to { 203.0.113.0/24, !203.0.113.5 }` gives a second rule for all but one host (P). */
test("a negated element of a list is a rule of its own", () => {
  expect(meant("pass to { 203.0.113.0/24, !203.0.113.5 }").entries).toMatchObject([
    { destination: { isNegated: false } },
    { destination: { isNegated: true } },
  ]);
});
