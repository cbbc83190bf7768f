import { isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Address, type Family, formatAddress, last, parseAddress } from "../../src/net/address.ts";

/** Nearly an IPv6 address. */
const nearly = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("0", "1", "ab", "FFFF", "8000", "00ab", "12345", "g", "") },
      fc.constantFrom("1.2.3.4", "255.255.255.255", "1.2.3", "01.2.3.4", ":"),
    ),
    { maxLength: 10 },
  )
  .map((groups) => groups.join(":"))
  .filter((text) => text.includes(":"));

const addressOf = (family: Family): fc.Arbitrary<Address> =>
  fc.bigInt({ min: 0n, max: last(family) }).map((value) => ({ family, value }));
const anyAddress = fc.oneof(addressOf("ipv4"), addressOf("ipv6"));

describe("parseAddress", () => {
  test.each([
    ["0.0.0.0", "ipv4", 0n],
    ["255.255.255.255", "ipv4", 0xffffffffn],
    ["10.64.0.1", "ipv4", 0x0a400001n],
    ["::", "ipv6", 0n],
    ["::1", "ipv6", 1n],
    ["1::", "ipv6", 1n << 112n],
    ["2001:DB8::0007", "ipv6", (0x20010db8n << 96n) | 7n],
    ["1:2:3:4:5:6:7:8", "ipv6", 0x00010002000300040005000600070008n],
    ["1:2:3:4:5:6:7::", "ipv6", 0x00010002000300040005000600070000n],
    ["::2:3:4:5:6:7:8", "ipv6", 0x00000002000300040005000600070008n],
    ["::ffff:192.0.2.1", "ipv6", 0xffffc0000201n],
    ["64:ff9b::198.51.100.7", "ipv6", (0x0064ff9bn << 96n) | 0xc6336407n],
    ["1:2:3:4:5:6:1.2.3.4", "ipv6", 0x00010002000300040005000601020304n],
  ] as const)("reads %s", (text, family, value) => {
    expect(parseAddress(text)).toEqual({ family, value });
  });

  test.each([
    "",
    ".",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "256.0.0.1",
    "010.0.0.1",
    "00.0.0.0",
    "1.2.3.4 ",
    "0x1.2.3.4",
    "1.2.3.-4",
    "١.2.3.4",
    ":",
    ":::",
    "1::2::3",
    ":1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "12345::",
    "g::",
    "fe80::1%eth0",
    "::1.2.3",
    "::01.2.3.4",
    "::1.2.3.4:5",
    "1.2.3.4::",
    "1:2:3:4:5:6:7:1.2.3.4",
    "-1::",
    'x"::7',
    "1:2:3:4:5:6:7:8:9::",
    "1:2:3:4:5:6:7:1.2.3.4::",
  ])("refuses %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

/** RFC 5952, sections 4 and 5 where this format follows it. */
describe("formatAddress", () => {
  test.each([
    ["2001:0db8::0001", "2001:db8::1"],
    ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
    ["2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:AAAA", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"],
    ["0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"],
    ["0:2:0:4:0:6:0:8", "0:2:0:4:0:6:0:8"],
    ["255.255.255.255", "255.255.255.255"],
    ["128.0.0.1", "128.0.0.1"],
  ])("writes %s as %s", (text, canonical) => {
    const address = parseAddress(text);
    expect(address && formatAddress(address)).toBe(canonical);
  });

  test("is read back as the same address", () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
    );
  });

  test("shortens nothing but the first longest run of two or more zeros", () => {
    const group = fc.constantFrom(0, 0, 1, 0xffff);
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const text = formatAddress({ family: "ipv6", value: groups.reduce((v, g) => (v << 16n) | BigInt(g), 0n) });
        const runs = groups.map((_, i) => {
          const end = groups.findIndex((g, j) => j >= i && g !== 0);
          return (end === -1 ? 8 : end) - i;
        });
        const most = Math.max(...runs);
        const at = runs.indexOf(most);
        const words = groups.map((g) => g.toString(16));
        const expected =
          most < 2 ? words.join(":") : `${words.slice(0, at).join(":")}::${words.slice(at + most).join(":")}`;
        expect(text).toBe(expected);
      }),
    );
  });
});

test("what is nearly an IPv6 address is read as Node and URLs read it, or refused", () => {
  const seen = { read: 0, refused: 0 };
  fc.assert(
    fc.property(nearly, (text) => {
      const address = parseAddress(text);
      expect(address !== undefined, text).toBe(isIPv6(text));
      seen[address ? "read" : "refused"]++;
      if (address)
        expect(new URL(`http://[${formatAddress(address)}]`).hostname).toBe(new URL(`http://[${text}]`).hostname);
    }),
    { numRuns: 3000 },
  );
  expect(seen.read).toBeGreaterThan(40);
  expect(seen.refused).toBeGreaterThan(100);
});
