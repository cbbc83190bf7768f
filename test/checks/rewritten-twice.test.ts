import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const links = 'link lan {\n  interface "br0"\n  role inside\n}\nlink wifi {\n  interface "wlan0"\n  role outside\n}';

test("one port, two machines", () => {
  expectFaults(
    home({
      links,
      more: "forward from tunnel wg0 to link lan tcp 80 rewrite to ⟦192.168.1.7⟧\nforward from tunnel wg0 to link lan tcp 80-90 rewrite to ⟦192.168.1.8⟧",
    }),
    {
      code: "KSP2076",
      message: "two `forward` statements send the same packets to different places",
      label: "the second place",
      mark: 1,
      secondary: [[0, "the first place"]],
      help: "give each machine ports of its own",
    },
  );
});

test("another port, protocol or sender", () => {
  expectClean(
    home({
      links,
      more: "forward from tunnel wg0 to link lan tcp 80 rewrite to 192.168.1.7\nforward from tunnel wg0 to link lan tcp 81 rewrite to 192.168.1.8",
    }),
  );
  expectClean(
    home({
      links,
      more: "forward from tunnel wg0 to link lan tcp 80 rewrite to 192.168.1.7\nforward from tunnel wg0 to link lan udp 80 rewrite to 192.168.1.8",
    }),
  );
  expectClean(
    home({
      links,
      more: "forward from tunnel wg0 203.0.113.0/25 to link lan tcp 80 rewrite to 192.168.1.7\nforward from tunnel wg0 203.0.113.128/25 to link lan tcp 80 rewrite to 192.168.1.8",
    }),
  );
});
