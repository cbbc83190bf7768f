import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Lab, withLab } from "../lab/lab.ts";
import { gateway, host, servers } from "../lab/line.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { homeWireguard } from "../lab/wireguard.ts";
import { compiled } from "./compiled.ts";

const text = readFileSync(new URL("../../examples/home-wireguard.ksp", import.meta.url), "utf8");
const bundle = compiled(text, host.interface);
const hook = bundle.read(`egress/${host.interface}.nft`);
const [server = ""] = servers.slice(6);

/** What leaves by the card while something is done, as a filter of tcpdump wants it. */
const leaving = async (lab: Lab, filter: string, doing: () => Promise<unknown>): Promise<number> => {
  const watching = await lab.listen("router", gateway.interface, filter, "in");
  await doing();
  return (await watching.stop()).length;
};
/** A datagram that is cut into three pieces, from a socket with a mark. */
const datagram = (mark: number) => [
  "python3",
  "-c",
  `import socket
made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
made.setsockopt(socket.SOL_SOCKET, 36, ${mark})
try:
    made.sendto(bytes(4000), ("${server}", 51820))
except OSError:
    pass`,
];

describe.skipIf(mayBeSkipped())("a hook at the card", { timeout: 60_000 }, () => {
  test("keeps back what is refused, and nothing that brings the tunnel up", async () => {
    await withLab(async (lab) => {
      await lab.client.nft(hook);
      const vpn = await lab.wireguard(homeWireguard);
      await lab.client.nft(bundle.read("ruleset.nft"));
      await lab.client.nft(hook);
      await vpn.start();
      expect(await lab.probe(vpn)).toBeDefined();
      await lab.client.nft(bundle.read("switch/up.nft"));

      const pieces = `dst host ${server} and ip[6:2] & 0x3fff != 0`;
      expect(await leaving(lab, pieces, () => lab.client.run(datagram(0x6b73)))).toBe(3);
      expect(await leaving(lab, pieces, () => lab.client.run(datagram(0)))).toBe(0);
      expect(await lab.ping(gateway.ipv4)).toBe(true);
      // From the LAN's own addresses, but none of this machine.
      const frames = { by: host.interface, to: gateway.ipv4, as: "frame", times: 5 } as const;
      const toGateway = `udp and dst host ${gateway.ipv4}`;
      expect(await leaving(lab, toGateway, () => lab.send("client", { ...frames, from: "192.168.1.77" }))).toBe(0);
      expect(await leaving(lab, toGateway, () => lab.send("client", { ...frames, from: host.ipv4 }))).toBe(5);

      // Whatever was in force, with the rules it is gone, too.
      await lab.client.nft(bundle.read("disable.nft"));
      expect(await lab.client.run(["nft", "list", "tables"])).not.toContain("netdev");
      await lab.client.nft(hook);
      await lab.client.nft(bundle.read("uninstall.nft"));
      expect((await lab.client.run(["nft", "list", "tables"])).trim()).toBe("");
    });
  });
});
