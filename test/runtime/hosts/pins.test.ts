import { expect, test } from "vitest";
import { parseAddress } from "../../../src/net/address.ts";
import { constant } from "../../../src/net/parse-net.ts";
import { hasMoved, pinsOf } from "../../../src/runtime/hosts/pins.ts";

const server = (host: string | undefined, address: string, order = 0) => ({
  ...(host !== undefined && { host }),
  addresses: constant(address),
  transport: { kind: "udp", ports: [{ from: 51820, to: 51820 }] } as never,
  order,
});
const at = (...texts: readonly string[]) => texts.flatMap((text) => parseAddress(text) ?? []);

test("names of servers are pinned once for a tunnel, with all their addresses", () => {
  const servers = [
    server("a.example", "192.0.2.1"),
    server("a.example", "192.0.2.2", 1),
    server(undefined, "192.0.2.3"),
  ];
  expect(pinsOf([{ name: "wg0", servers }])).toMatchObject([{ tunnel: "wg0", host: "a.example" }]);
});

test("a server has moved when no answer was pinned; some of many addresses, and silence, are no move", () => {
  const [pin] = pinsOf([
    { name: "wg0", servers: [server("a.example", "192.0.2.1"), server("a.example", "192.0.2.2")] },
  ]);
  if (!pin) throw new Error("no pin");
  expect(hasMoved(pin, at("192.0.2.9"))).toBe(true);
  expect(hasMoved(pin, at("192.0.2.9", "192.0.2.2"))).toBe(false);
  expect(hasMoved(pin, at())).toBe(false);
});
