import { expect, test } from "vitest";
import { bypassIn } from "../../../src/runtime/nft/bypass.ts";

test.each([
  ["add rule ip o q udp dport 4242 queue num 7 bypass", "gives packets to a program"],
  ["insert rule inet o q queue", "gives packets to a program"],
  ['add rule netdev o e udp dport 4242 fwd to "eth1"', "by a card itself"],
  ['add rule netdev o e dup to "eth1"', "copies"],
  ['add rule ip o q dup to 192.0.2.1 device "eth1"', "copies"],
  ["replace rule inet o fw ct state established flow add @f", "forwards flows"],
])("`%s` takes packets past ours", (line, effect) => {
  expect(bypassIn(line)).toContain(effect);
});

test.each([
  "add rule ip nat OUTPUT accept",
  'add rule ip o q counter accept comment "a queue and fwd to nowhere"',
  "delete rule ip o q handle 7",
  "add chain ip o queue { type filter hook output priority -300; policy accept; }",
  "add table ip queue",
  "add rule ip mangle OUTPUT meta mark set 0x1",
])("`%s` does not", (line) => {
  expect(bypassIn(line)).toBeUndefined();
});
