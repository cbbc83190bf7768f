import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const openvpn = { protocol: "  protocol openvpn" };

test("OpenVPN's packets by their mark", () => {
  expectFaults(home({ ...openvpn, carrier: "  ⟦carrier mark 0x6b73/0xffff⟧" }), {
    code: "KSP2024",
    message: "the packets of `wg0` may lose their mark",
    label: "OpenVPN's data channel offload drops it after the handshake",
    help: "run OpenVPN with `disable-dco`, or name its user: `carrier user NUMBER`",
  });
});

test("a line that asks for a mark and a user", () => {
  expectFaults(home({ ...openvpn, carrier: "  ⟦carrier mark 0x6b73/0xffff and user 994⟧" }), {
    code: "KSP2024",
    message: "the packets of `wg0` may lose their mark",
    label: "OpenVPN's data channel offload drops it after the handshake",
    help: "run OpenVPN with `disable-dco`, or name its user: `carrier user NUMBER`",
  });
});

test("a user beside the mark, and a mark of another protocol", () => {
  expectClean(home({ ...openvpn, carrier: "  carrier mark 0x6b73/0xffff\n  carrier user 994" }));
  expectClean(home({ protocol: "  protocol ipsec" }));
});
