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

/** What the log-in page of a hotel needs, tried by its user and by another: how many frames of each leave. */
const leaving = async (lab: Lab, before?: () => Promise<void>): Promise<readonly [number, number]> => {
  const filter = (port: number): string => `src ${host.ipv4} and not icmp and src port ${port}`;
  const ports = [40_000, 41_000] as const;
  const watching = await Promise.all(ports.map((port) => lab.listen("router", "lan0", filter(port))));
  await before?.();
  const datagram = { by: host.interface, from: host.ipv4, times: 3 } as const;
  const tried = ports.flatMap((port, i) => {
    const uid = i === 0 ? guest : 1000;
    return [
      { ...datagram, uid, to: internet.ipv4, tcp: [port, 80] },
      { ...datagram, uid, to: internet.ipv4, tcp: [port, 443] },
      { ...datagram, uid, to: resolver.ipv4, udp: [port, 53] },
    ] as const;
  });
  await lab.send("client", ...tried);
  const [mine = [], others = []] = await Promise.all(watching.map(({ stop }) => stop()));
  return [mine.length, others.length];
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
      expect(await leaving(lab), "before").toEqual([0, 0]);
      let opened = 0;
      const open = async (): Promise<void> => {
        await go(lab, "portal");
        opened = performance.now();
      };
      expect(await leaving(lab, open), "open").toEqual([9, 0]);
      await pause(2_100 - (performance.now() - opened));
      expect(await leaving(lab), "after two seconds").toEqual([0, 0]);
    });
  });

  test("closes at once when another state is chosen, and that does not open it again", async () => {
    await withLab(async (lab) => {
      await load(lab);
      for (const state of ["down", "up"]) {
        expect(await leaving(lab, () => go(lab, "portal")), "open").toEqual([9, 0]);
        await go(lab, "portal");
        expect(await leaving(lab, () => go(lab, state)), state).toEqual([0, 0]);
      }
    });
  });

  test("one without a limit of time would stay open: the clock is seen to matter", async () => {
    const endless = spoilt(policy, (text) => text.replaceAll("meta nfproto @portal_open ", ""));
    await withLab(async (lab) => {
      await load(lab, endless);
      await go(lab, "portal", endless);
      await pause(2_100);
      expect(await leaving(lab)).toEqual([9, 0]);
    });
  });
});
