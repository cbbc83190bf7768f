import { describe, expect, test } from "vitest";
import { formatRange } from "../../src/net/address-set.ts";
import { constant, isFault, parseNet } from "../../src/net/parse-net.ts";

describe("parseNet", () => {
  test.each([
    ["192.0.2.7", "192.0.2.7"],
    ["192.0.2.0/24", "192.0.2.0/24"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["192.0.2.7-192.0.2.9", "192.0.2.7-192.0.2.9"],
    ["192.0.2.7-192.0.2.7", "192.0.2.7"],
    ["FD64::/48", "fd64::/48"],
    ["::/0", "::/0"],
    ["fd64::1-fd64::f", "fd64::1-fd64::f"],
  ])("reads %s", (text, canonical) => {
    const net = parseNet(text);
    expect(isFault(net) ? net : formatRange(net)).toBe(canonical);
  });

  test.each([
    ["", "malformed"],
    ["/24", "malformed"],
    ["192.0.2.0/", "malformed"],
    ["192.0.2.0/024", "malformed"],
    ["192.0.2.0/+8", "malformed"],
    ["192.0.2.0/8/8", "malformed"],
    ["192.0.2.0/255.255.255.0", "malformed"],
    ["192.0.2.1-", "malformed"],
    ["192.0.2.1-2", "malformed"],
    ["192.0.2.1-192.0.2.2-192.0.2.3", "malformed"],
    ["192.0.2.1-fd64::1", "mixed-families"],
    ["192.0.2.9-192.0.2.7", "reversed"],
  ])("finds %j to be %s", (text, kind) => {
    expect(parseNet(text)).toEqual({ kind });
  });

  test.each([
    ["192.0.2.0/33", 32],
    ["fd64::/129", 128],
    ["0.0.0.0/99999999999999999999", 32],
  ])("finds the prefix of %s too long", (text, most) => {
    expect(parseNet(text)).toEqual({ kind: "prefix-too-long", most });
  });

  test.each([
    ["192.168.1.7/24", "192.168.1.0/24", "192.168.1.7"],
    ["10.0.0.1/0", "0.0.0.0/0", "10.0.0.1"],
    ["fd64::1/64", "fd64::/64", "fd64::1"],
  ])("finds host bits in %s and tells both readings", (text, network, host) => {
    const net = parseNet(text);
    if (!isFault(net) || net.kind !== "host-bits") throw new Error(`${text} passed`);
    expect(formatRange(net.network)).toBe(network);
    expect(net.host).toBe(host);
  });
});

test("constant throws on a typing error", () => {
  expect(() => constant("10.0.0.1/8")).toThrow("host-bits");
  expect(constant("10.0.0.128/25", "10.0.0.0/25").map(formatRange)).toEqual(["10.0.0.0/24"]);
});
