import { describe, expect, test } from "vitest";
import { policy } from "../ir/expand/helper.ts";
import type { Bundle } from "../lab/bundle.ts";
import type { Datagram } from "../lab/datagram.ts";
import { type Lab, withLab } from "../lab/lab.ts";
import { host, internet, servers } from "../lab/line.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { compiled } from "./compiled.ts";
import { golden } from "./golden.ts";
import { spoilt } from "./spoilt.ts";

/** How many frames of these are seen on an interface. */
const seen = async (
  lab: Lab,
  [at, device]: readonly ["router" | "client", string],
  filter: string,
  ...datagrams: readonly Datagram[]
): Promise<number> => {
  const watching = await lab.listen(at, device, filter);
  await lab.send("client", ...datagrams);
  return (await watching.stop()).length;
};

const lan = ["router", "lan0"] as const;
const browser = "ksp.slice/ksp-browser.slice";
const plain = { by: host.interface, from: host.ipv4, to: internet.ipv4, times: 5 } as const;
const isPlain = `udp and dst host ${internet.ipv4}`;

describe.skipIf(mayBeSkipped())("a slice", { timeout: 30_000 }, () => {
  const slices = (bundle: Bundle, body: (lab: Lab) => Promise<void>): Promise<void> =>
    withLab(async (lab) => {
      await lab.client.run(["mkdir", "-p", `/sys/fs/cgroup/${browser}/deep`, "/sys/fs/cgroup/ksp.slice/other"]);
      await lab.client.nft(bundle.read("ruleset.nft"));
      await body(lab);
    });

  test("its processes, and those below it, stay inside the tunnel; others do as they like", async () => {
    await slices(golden("granular"), async (lab) => {
      for (const state of ["down", "up"]) {
        await lab.client.nft(golden("granular").read(`switch/${state}.nft`));
        expect(await seen(lab, lan, isPlain, { ...plain, slice: browser }), state).toBe(0);
        expect(await seen(lab, lan, isPlain, { ...plain, slice: `${browser}/deep` }), state).toBe(0);
        expect(await seen(lab, lan, isPlain, { ...plain, slice: "ksp.slice/other" }), state).toBe(5);
        expect(await seen(lab, lan, isPlain, plain), state).toBe(5);
      }
    });
  });

  test("without the mark that output sets, they leave", async () => {
    const unmarked = spoilt(golden("granular"), (text) => text.replace(/.*socket cgroupv2.*\n/, ""));
    await slices(unmarked, async (lab) => {
      expect(await seen(lab, lan, isPlain, { ...plain, slice: browser })).toBe(5);
    });
  });

  test("one that is opened leaves, and nobody else", async () => {
    const app = ["app browser {", 'linux slice "ksp-browser.slice"', "traffic outside", "on loss keep", "}"];
    const opened = compiled(policy(...app, `allow out app browser to ${internet.ipv4} udp 4242`));
    await slices(opened, async (lab) => {
      expect(await seen(lab, lan, isPlain, { ...plain, slice: browser })).toBe(5);
      expect(await seen(lab, lan, isPlain, { ...plain, slice: browser, udp: [40_000, 4243] })).toBe(0);
      expect(await seen(lab, lan, isPlain, { ...plain, slice: "ksp.slice/other" })).toBe(0);
      expect(await seen(lab, lan, isPlain, plain)).toBe(0);
    });
  });
});

describe.skipIf(mayBeSkipped())("a helper", { timeout: 30_000 }, () => {
  const obfs = golden("obfs");
  const loopback = ["client", "lo"] as const;
  const carrier = { mark: 0x6b73 } as const;
  const toHelper = { by: "lo", from: "127.0.0.1", to: "127.0.0.1", udp: [40_000, 51_821], times: 5 } as const;
  const isToHelper = "udp dst port 51821";
  const toServer = { by: host.interface, from: host.ipv4, to: "198.51.100.9", tcp: [40_000, 443], times: 5 } as const;
  const isToServer = "tcp dst port 443";

  test("only the tunnel's carrier reaches its port, and only it reaches its server", async () => {
    await withLab(async (lab) => {
      await lab.client.nft(obfs.read("ruleset.nft"));
      for (const state of ["down", "up"]) {
        await lab.client.nft(obfs.read(`switch/${state}.nft`));
        const helper = (...more: readonly Partial<Datagram>[]): Promise<readonly number[]> =>
          inTurn(more, (change) => seen(lab, loopback, isToHelper, { ...toHelper, ...change }));
        expect(await helper(carrier, {}, { uid: 0 }, { uid: 993 }, { mark: 0x6b74 }), state).toEqual([5, 0, 0, 0, 0]);
        const server = (...more: readonly Partial<Datagram>[]): Promise<readonly number[]> =>
          inTurn(more, (change) => seen(lab, lan, isToServer, { ...toServer, ...change }));
        expect(await server({ uid: 993 }, {}, { uid: 0 }, carrier), state).toEqual([5, 0, 0, 0]);
        expect(await seen(lab, loopback, "udp", { ...toHelper, udp: [40_000, 51_822] }), "another port").toBe(5);
        expect(await seen(lab, lan, "udp", { ...plain, to: servers[6] ?? "", ...carrier }), "no way around").toBe(0);
      }
    });
  });

  test("without the rule that closes its port, everybody reaches it", async () => {
    const open = spoilt(obfs, (text) => text.replace(/.*51821(?!.*mark).*return.*\n/g, ""));
    await withLab(async (lab) => {
      await lab.client.nft(open.read("ruleset.nft"));
      expect(await seen(lab, loopback, isToHelper, toHelper)).toBe(5);
    });
  });
});

async function inTurn<T, R>(values: readonly T[], of: (value: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const value of values) results.push(await of(value));
  return results;
}
