import { expect, test } from "vitest";
import { isListening } from "../../../src/runtime/system/netlink-follower.ts";

test.each([
  ["00000000916ce2b9 0   32540      040405d1 0        0        0     2        0        2080702", true],
  ["00000000916ce2b9 0   32540      00000000 0        0        0     2        0        2080702", false],
  ["00000000916ce2b9 12  32540      00000140 0        0        0     2        0        2080702", false],
  ["00000000916ce2b9 0   3254       040405d1 0        0        0     2        0        2080702", false],
  ["sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode", false],
  ["", false],
])("a line of /proc/net/netlink: %s", (line, is) => {
  expect(isListening(line, 32_540, 0)).toBe(is);
});
