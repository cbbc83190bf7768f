import { describe, expect, test } from "vitest";
import { withLab } from "../../lab/lab.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { compiled, startGuard } from "./guard.ts";
import { rules } from "./rules.ts";

/** The server's resolver says 192.0.2.77 to every name. */
const policy = `ksp 1
policy guarded

tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server host "vpn.example" at 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32
  carries everything
}

dns 10.64.0.1 through wg0
ipv6 block
allow host "moved.example" at 192.0.2.70 within 192.0.2.64/26 tcp 443
allow host "stolen.example" at 192.0.2.10 within 192.0.2.0/27 tcp 443

watch wg0 {
  interface
  heartbeat 10.64.0.1 every 200ms lost after 3
}
`;

describe.skipIf(mayBeSkipped())("the addresses of a host", { timeout: 90_000 }, () => {
  test("are asked for inside the tunnel, and taken within the bounds of the policy", async () => {
    const folder = await compiled(policy);
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      await vpn.start();
      await lab.answerInside("10.64.0.1");
      const guard = await startGuard(lab, folder);
      await guard.inForce("up", 0);
      const told = (name: string) => guard.log().find(({ event, host }) => event === "host" && host === name);
      await eventually(
        "both answers",
        () => told("moved.example") !== undefined && told("stolen.example") !== undefined,
      );
      expect(told("moved.example")).toMatchObject({ resolver: "10.64.0.1", addresses: ["192.0.2.77"] });
      expect(told("stolen.example")).toMatchObject({ level: "warning", refused: ["192.0.2.77"] });
      // The server's name as well: a lost tunnel would not come back.
      await eventually("the alert", () => guard.log().some(({ event }) => event === "moved"));
      expect(guard.log().find(({ event }) => event === "moved")).toMatchObject({
        ...{ tunnel: "wg0", host: "vpn.example", addresses: ["192.0.2.77"] },
      });
      const alert = () => guard.log().find(({ event, title }) => event === "alert" && `${title}`.includes("has moved"));
      await eventually("its words", () => alert() !== undefined);
      expect(alert()).toMatchObject({
        title: "a server of wg0 has moved",
        lines: [expect.stringContaining("vpn.example is at 192.0.2.77 now"), expect.any(String)],
      });
      const sets = await rules(lab);
      expect(sets).toContain("192.0.2.77");
      expect(sets).not.toContain("192.0.2.70");
      expect(sets).toContain("192.0.2.10");
      expect(guard.log().some(({ event }) => event === "tampered")).toBe(false);
    });
  });
});
