import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const wireguard = {
  code: "KSP2023",
  label: "WireGuard's handshakes have a mark and no owner",
  help: "write `carrier linux mark 0x6b73/0xffff`, and give its own packets that identity",
} as const;

test("WireGuard's packets by their user or group", () => {
  expectFaults(home({ carrier: "  ⟦carrier user 994⟧" }), {
    ...wireguard,
    message: "the packets of `wg0` show no user",
  });
  expectFaults(home({ carrier: "  ⟦carrier group 994⟧" }), {
    ...wireguard,
    message: "the packets of `wg0` show no group",
  });
  expectFaults(home({ carrier: "  ⟦carrier mark 0x6b73/0xffff and user 0⟧" }), {
    ...wireguard,
    message: "the packets of `wg0` show no user",
  });
});

test("a program or service on Linux", () => {
  const openvpn = { protocol: "  protocol openvpn" };
  expectFaults(home({ ...openvpn, carrier: '  ⟦carrier program "/usr/sbin/openvpn"⟧' }), {
    code: "KSP2023",
    message: "the packets of `wg0` show no program",
    label: "Linux does not tell a packet's program",
    help: "write `carrier linux user NUMBER`, and give its own packets that identity",
  });
});

test("a mark, alone or beside other lines, is enough", () => {
  expectClean(home());
  expectClean(home({ carrier: "  carrier mark 0x6b73/0xffff\n  carrier user 994" }));
  expectClean(home({ carrier: '  carrier linux mark 0x6b73/0xffff\n  carrier windows service "WireGuardTunnel$wg0"' }));
  expectClean(home({ protocol: "  protocol openvpn", carrier: "  carrier user 994" }));
});

const obfs = "helper obfs {\n  server 203.0.113.4 tcp 443\n  listen 127.0.0.1 udp 51821\n  carrier user 994\n}";

test("the carrier of a helper", () => {
  expectFaults(
    home({
      server: "  server helper obfs",
      more: obfs.replace("carrier user 994", '⟦carrier program "/usr/bin/obfs"⟧'),
    }),
    {
      code: "KSP2023",
      message: "the packets of `obfs` show no program",
      label: "Linux does not tell a packet's program",
      help: "write `carrier linux user NUMBER`, and give its own packets that identity",
    },
  );
});
