import { describe, expect, test } from "vitest";
import type { Bundle } from "../lab/bundle.ts";
import { clearAnswer, tunnelAnswer, withLab } from "../lab/lab.ts";
import { gateway, home, host, inside, internet, resolver } from "../lab/line.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { answers, asked, inClear, type Rules, told, tries, withGateway } from "./gateway.ts";
import { golden } from "./golden.ts";
import { spoilt, without } from "./spoilt.ts";

const policy = golden("gateway");

const byNft = (bundle: Bundle): Rules => ({
  load: (lab) => lab.client.nft(bundle.read("ruleset.nft")),
  go: (lab, state) => lab.client.nft(bundle.read(`switch/${state}.nft`)),
});

describe.skipIf(mayBeSkipped())("a gateway", { timeout: 60_000 }, () => {
  test("a machine at home reaches the internet through the tunnel, and no frame of it is seen in clear", async () => {
    await withGateway(byNft(policy), async ({ lab, vpn, go }) => {
      const watching = await lab.listen("router", "lan0", inClear);
      expect(await lab.ping(internet.ipv4, "home"), "down").toBe(false);
      await go("up");
      expect(await lab.ping(internet.ipv4, "home")).toBe(true);
      expect(await lab.ping(internet.ipv6, "home")).toBe(true);
      await vpn.process().kill();
      await lab.send("home", ...tries);
      await go("down");
      await lab.send("home", ...tries);
      expect(await watching.stop()).toEqual([]);
    });
  });

  test("without rules the same packets leave in clear", async () => {
    await withLab(async (lab) => {
      await lab.forwarding();
      const watching = await lab.listen("router", "lan0", inClear);
      await lab.send("home", ...tries);
      expect(await watching.stop()).toHaveLength(40);
    });
  });

  test("a port forward reaches the machine at home from inside the tunnel, answers go back, and nobody else comes in", async () => {
    await withGateway(byNft(policy), async ({ lab, go }) => {
      expect(await told(lab, "server", "10.64.0.2"), "down").toBeUndefined();
      await go("up");
      expect(await told(lab, "server", "10.64.0.2")).toBe("home");
      expect(await told(lab, "router", host.ipv4), "from the LAN").toBeUndefined();
      await go("down");
      expect(await told(lab, "server", "10.64.0.2"), "down again").toBeUndefined();
    });
  });

  test("a port forward without its rule is found out", async () => {
    await withGateway(
      byNft(spoilt(policy, (text) => text.replace(/.*ct status dnat counter accept comment "forward-.*\n/g, ""))),
      async ({ lab, go }) => {
        await go("up");
        expect(await told(lab, "server", "10.64.0.2")).toBeUndefined();
      },
    );
  });

  test("queries for other resolvers go to the tunnel's, of the gateway itself too, and to nobody while it is down", async () => {
    await withGateway(byNft(policy), async ({ lab, go }) => {
      const watching = await lab.listen("router", "lan0", "port 53");
      expect(await answers(lab), "down").toEqual(asked.map(() => undefined));
      await go("up");
      expect(await answers(lab)).toEqual(asked.map(() => tunnelAnswer));
      expect(await watching.stop()).toEqual([]);
    });
  });

  test("without rules the resolvers of the LAN and of the internet answer", async () => {
    await withLab(async (lab) => {
      await lab.forwarding();
      await lab.router.ip(`route add 192.168.50.0/24 via ${host.ipv4}`);
      expect(await lab.ask("home", resolver.ipv4)).toBe(clearAnswer);
      expect(await lab.ask("client", gateway.ipv4)).toBe(clearAnswer);
    });
  });
});

const announcement = { by: inside.interface, from: "fe80::1", to: "ff02::1", icmp: 134, uid: 0 } as const;
const announcements = "icmp6 and ip6[40] == 134";

describe.skipIf(mayBeSkipped())("what a gateway says to its home", { timeout: 60_000 }, () => {
  /** Whether a machine at home gets a lease from the gateway. */
  const leases = (bundle: Bundle, state: string): Promise<boolean> =>
    withLab(async (lab) => {
      await lab.client.nft(bundle.read("ruleset.nft"));
      await lab.client.nft(bundle.read(`switch/${state}.nft`));
      return lab.leaseAtHome();
    });

  test("it gives leases in every state, and only where its rules say so", async () => {
    const closed = spoilt(policy, without("allow-dhcp-server"));
    const all = [leases(policy, "down"), leases(policy, "up"), leases(closed, "up")];
    expect(await Promise.all(all)).toEqual([true, true, false]);
  });

  test("it announces itself there, with the full hop limit, and nowhere else", async () => {
    await withLab(async (lab) => {
      await lab.client.nft(policy.read("ruleset.nft"));
      const athome = await lab.listen("home", home.interface, announcements);
      const outside = await lab.listen("router", "lan0", announcements);
      await lab.send(
        "client",
        { ...announcement, hopLimit: 255, times: 3 },
        { ...announcement, hopLimit: 64, times: 5 },
        { ...announcement, by: host.interface, hopLimit: 255, times: 7 },
      );
      expect([(await athome.stop()).length, (await outside.stop()).length]).toEqual([3, 0]);
    });
  });

  test("without rules all of these are seen", async () => {
    await withLab(async (lab) => {
      const athome = await lab.listen("home", home.interface, announcements);
      const outside = await lab.listen("router", "lan0", announcements);
      await lab.send("client", { ...announcement, times: 5 }, { ...announcement, by: host.interface, times: 7 });
      expect([(await athome.stop()).length, (await outside.stop()).length]).toEqual([5, 7]);
    });
  });
});
