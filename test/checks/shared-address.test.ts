import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const second = (address: string) => `tunnel wg1 {
  protocol wireguard
  interface "wg1"
  server 203.0.113.9 udp 51820
  carrier mark 0x6b74/0xffff
  ${address}
  carries 198.18.0.0/24
}
watch wg1 {
  heartbeat 198.18.0.1 every 1s lost after 3
}`;

test("two tunnels with one address of this machine", () => {
  expectFaults(home({ address: "  ⟦address 10.64.0.2/32⟧", more: second("⟦address 10.64.0.2, 10.65.0.2⟧") }), {
    code: "KSP2094",
    message: "tunnels `wg0` and `wg1` both have `10.64.0.2`",
    label: "this machine's in both",
    mark: 1,
    secondary: [[0, "the first one"]],
    help: "take another configuration for one of them: providers give an address for each key",
  });
});

test("networks of tunnels may overlap, and addresses differ", () => {
  expectClean(home({ more: second("address 10.65.0.2/32") }));
});
