import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Lab, withLab } from "../lab/lab.ts";
import { host, internet, resolver } from "../lab/line.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { compiled } from "./compiled.ts";
import { spoilt } from "./spoilt.ts";

const example = readFileSync(new URL("../../examples/travel-captive-portal.ksp", import.meta.url), "utf8");
const policy = compiled(example.replace("portal for 5m", "portal for 2s"));
const guest = 1001;

/** What the log-in page of a hotel needs, of a user: how many of these frames are seen on the LAN. */
const leaving = async (lab: Lab, uid: number): Promise<number> => {
  const watching = await lab.listen("router", "lan0", `src ${host.ipv4} and not icmp and dst net 192.0.2.0/24`);
  const datagram = { by: host.interface, from: host.ipv4, uid, times: 3 } as const;
  await lab.send(
    "client",
    { ...datagram, to: internet.ipv4, tcp: [40_000, 80] },
    { ...datagram, to: internet.ipv4, tcp: [40_000, 443] },
    { ...datagram, to: resolver.ipv4, udp: [40_000, 53] },
  );
  return (await watching.stop()).length;
};

/** The rules, and the resolver that the LAN's DHCP server told of, as the runtime fills it in. */
const load = async (lab: Lab, bundle = policy): Promise<void> => {
  await lab.client.nft(bundle.read("ruleset.nft"));
  await lab.client.nft(`add element inet ksp portal_resolvers_ipv4 { ${resolver.ipv4} }`);
};
const go = (lab: Lab, state: string, bundle = policy): Promise<void> =>
  lab.client.nft(bundle.read(`switch/${state}.nft`));

describe.skipIf(mayBeSkipped())("a portal", { timeout: 30_000 }, () => {
  test("opens for its user alone, and the kernel closes it when its time is over", async () => {
    await withLab(async (lab) => {
      await load(lab);
      expect(await leaving(lab, guest), "before").toBe(0);
      await go(lab, "portal");
      const opened = performance.now();
      expect(await leaving(lab, guest), "open").toBe(9);
      expect(await leaving(lab, 1000), "another user").toBe(0);
      await pause(2_100 - (performance.now() - opened));
      expect(await leaving(lab, guest), "after two seconds").toBe(0);
    });
  });

  test("closes at once when another state is chosen, and that does not open it again", async () => {
    await withLab(async (lab) => {
      await load(lab);
      for (const state of ["down", "up"]) {
        await go(lab, "portal");
        expect(await leaving(lab, guest), "open").toBe(9);
        await go(lab, state);
        expect(await leaving(lab, guest), state).toBe(0);
      }
    });
  });

  test("one without a limit of time would stay open: the clock is seen to matter", async () => {
    const endless = spoilt(policy, (text) => text.replaceAll("meta nfproto @portal_open ", ""));
    await withLab(async (lab) => {
      await load(lab, endless);
      await go(lab, "portal", endless);
      await pause(2_100);
      expect(await leaving(lab, guest)).toBe(9);
    });
  });
});
