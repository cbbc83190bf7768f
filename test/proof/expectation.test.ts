import { expect, test } from "vitest";
import { check } from "../../src/check.ts";
import { home } from "../checks/helper.ts";

const links = 'link uplink {\n  interface "eth0"\n  role outside\n}\nlink lan {\n  interface "eth1"\n  role inside\n}';
const told = (...more: readonly string[]): readonly (readonly string[])[] =>
  check({ file: "home.ksp", text: home({ links, more: more.join("\n") }) }).diagnostics.map(
    ({ code, message, primary, notes }) => [code, message, primary?.text ?? "", ...notes],
  );

test.each([
  "expect drop out to 203.0.113.9 tcp 443 on uplink",
  "expect drop out to 203.0.113.9 tcp 443 while wg0:down",
  "expect allow out to 203.0.113.9 tcp 443 through wg0 while wg0:up",
  "expect drop in from 203.0.113.9 tcp 22",
  "expect drop forward to 203.0.113.9 tcp 443",
  "expect allow out mark 0x6b73 to 198.51.100.7 udp 51820 on uplink",
  "forward from link lan to tunnel wg0 masquerade\nexpect allow forward from 192.168.50.7 to 203.0.113.9 tcp 443 through wg0 while wg0:up",
])("holds: %s", (line) => {
  expect(told(line)).toEqual([]);
});

test.each([
  [
    "expect drop out to 203.0.113.9 tcp 443",
    "in state `up` this expectation does not hold",
    "a packet of it passes",
    "leak: state `up`: out on wg0 from 10.64.0.2 40000 to 203.0.113.9 tcp 443 user 1000 new: accepted by `tunnel-wg0-c13ee8`",
  ],
  [
    "expect allow out to 203.0.113.9 tcp 443 on uplink",
    "in state `down` this expectation does not hold",
    "a packet of it is dropped",
    "state `down`: out on eth0 from 192.168.1.2 40000 to 203.0.113.9 tcp 443 user 1000 new: dropped by `closed-out`",
  ],
  [
    "expect allow forward from 192.168.50.7 to 203.0.113.9 tcp 443 through wg0 while wg0:up",
    "in state `up` this expectation does not hold",
    "a packet of it is dropped",
    "state `up`: forward from eth0 to wg0 from 192.168.50.7 40000 (elsewhere) to 203.0.113.9 tcp 443 new: dropped by `closed-forward`",
  ],
])("does not hold, and a packet shows it: %s", (line, ...words) => {
  expect(told(line)).toEqual([["KSP3090", ...words]]);
});

test("a wide drop is wrong about one address of it", () => {
  const lines = ["allow out to 203.0.113.9 tcp 443 on uplink", "expect drop out to 203.0.113.0/24 tcp 443 on uplink"];
  expect(told(...lines).map(([code, , , note]) => [code, note?.match(/to (\S+)/)?.[1]])).toEqual([
    ["KSP3090", "203.0.113.9"],
  ]);
});

test("a wide allow is wrong about one address that stays closed", () => {
  const lines = [
    "allow out to 203.0.113.0/24 tcp 443 on uplink",
    "deny out to 203.0.113.9",
    "expect allow out to 203.0.113.0/24 tcp 443 on uplink while wg0:down",
  ];
  expect(told(...lines).map(([code, , , note]) => [code, note?.match(/to (\S+)/)?.[1]])).toEqual([
    ["KSP3090", "203.0.113.9"],
  ]);
});

test.each([
  ["out app quiet to 224.0.0.251 udp 5353", "give the app another `traffic`, or say where or when it passes"],
  ["out user 7 to 203.0.113.9 tcp 443", "`allow` the packet, or say where or when it passes"],
])("what its app forbids no allow opens: %s", (packet, help) => {
  const app = "app quiet {\n  linux user 1000\n  traffic none\n  on loss keep\n}";
  const more = ["allow discovery on uplink", app, `expect allow ${packet} on uplink`].join("\n");
  const [found] = check({ file: "home.ksp", text: home({ links, more }) }).diagnostics;
  expect([found?.code, found?.help?.text]).toEqual(["KSP3090", help]);
});
