import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { leaked } from "./classify.ts";
import { clearAnswer, type Lab, openLab, withLab } from "./lab.ts";
import { exitServer, home, host, internet, neighbour, resolver } from "./line.ts";
import { eightServers } from "./openvpn.ts";
import { eventually, follow, type Signal } from "./process.ts";
import { mayBeSkipped } from "./requirements.ts";
import { controlGroupOf, machine, namespacesOf, processesIn } from "./traces.ts";
import { homeWireguard } from "./wireguard.ts";

const gone = (namespaces: readonly string[]): Promise<void> =>
  eventually("the laboratory to be gone", () => processesIn(namespaces).length === 0, 5_000);

const holder = fileURLToPath(new URL("lab-holder.ts", import.meta.url));

describe.skipIf(mayBeSkipped())("the laboratory", () => {
  test("is in namespaces of its own, and all of it is gone after close", async () => {
    const before = machine();
    const lab = await openLab();
    const namespaces = namespacesOf(lab.keeper);
    const vpn = await lab.wireguard(homeWireguard);
    await vpn.start();
    expect(processesIn(namespaces).length).toBeGreaterThan(3);
    expect(namespacesOf(process.pid).filter((one) => namespaces.includes(one))).toEqual([]);
    expect(machine()).toEqual(before);
    await lab.close();
    expect(processesIn(namespaces)).toEqual([]);
    expect(machine()).toEqual(before);
  });

  test("is gone after an exception", async () => {
    let namespaces: readonly string[] = [];
    const failing = withLab(async (lab) => {
      namespaces = namespacesOf(lab.keeper);
      await lab.client.run(["false"]);
    });
    await expect(failing).rejects.toThrow("client: false: status 1");
    expect(namespaces).toHaveLength(3);
    expect(processesIn(namespaces)).toEqual([]);
  });

  test("is gone after close while a program in it is stopped", async () => {
    const lab = await openLab();
    const namespaces = namespacesOf(lab.keeper);
    const sleeper = await lab.client.spawn(["sleep", "60"]);
    await sleeper.signal("SIGSTOP");
    await lab.close();
    expect(processesIn(namespaces)).toEqual([]);
  });

  test.each<Signal>(["SIGINT", "SIGTERM", "SIGKILL"])("is gone when its owner gets %s", async (signal) => {
    const before = machine();
    const child = spawn(process.execPath, [holder], { stdio: ["ignore", "pipe", "pipe"] });
    const owner = follow("the owner", child, async (which) => {
      child.kill(which);
    });
    await owner.until("\n");
    const keeper = Number(/holding (\d+)/.exec(owner.said())?.[1]);
    const namespaces = namespacesOf(keeper);
    expect(processesIn(namespaces).length).toBeGreaterThan(8);
    await owner.kill(signal);
    await gone(namespaces);
    expect(machine()).toEqual(before);
  });

  test("two at once do not meet", async () => {
    const connected = async (lab: Lab): Promise<number | undefined> => {
      const vpn = await lab.wireguard(homeWireguard);
      await vpn.start();
      return lab.probe(vpn);
    };
    const both = await Promise.all([withLab(connected), withLab(connected)]);
    expect(both).toEqual([expect.any(Number), expect.any(Number)]);
  });

  test("a program that takes too long is killed, and its status says so", async () => {
    await withLab(async ({ client }) => {
      const { status } = await client.exec(["sleep", "60"], { milliseconds: 100 });
      expect(status).toBeNull();
    });
  });

  test("OpenVPN's packets carry its user from the first on", async () => {
    await withLab(async (lab) => {
      await lab.client.nft(`table inet t {
        chain output {
          type filter hook output priority 0; policy accept;
          tcp dport 443 meta skuid 994 counter comment "ours"
          tcp dport 443 meta skuid != 994 counter comment "foreign"
          tcp dport 443 counter comment "all"
        }
      }`);
      const vpn = await lab.openvpn(eightServers);
      await vpn.start();
      expect(await lab.probe(vpn)).toBeGreaterThan(0);
      const listed = await lab.client.run(["nft", "list", "table", "inet", "t"]);
      const packets = (comment: string): number =>
        Number(new RegExp(`packets (\\d+) bytes \\d+ comment "${comment}"`).exec(listed)?.[1]);
      expect(packets("ours")).toBeGreaterThan(5);
      expect(packets("ours")).toBe(packets("all"));
      expect(packets("foreign")).toBe(0);
    });
  });

  test("two hops: the second server is reached through the first tunnel only", async () => {
    await withLab(async (lab) => {
      const first = { ...homeWireguard, mark: 1, addresses: ["10.64.0.2/32"], gateway: ["10.64.0.1/24"] };
      const entry = await lab.wireguard(first);
      const second = { interface: "wg1", server: exitServer, port: 51820, mark: 2, over: first };
      const exit = await lab.wireguard({ ...second, addresses: ["10.65.0.2/32"], gateway: ["10.65.0.1/24"] }, "exit");
      await entry.start();
      await exit.start();
      const capture = await lab.capture(entry);
      expect(await lab.probe(exit)).toBeGreaterThan(0);
      expect(await lab.ping(internet.ipv4)).toBe(true);
      const counts = await capture.stop();
      expect(counts.endpoint).toBeGreaterThan(2);
      expect(leaked(counts)).toBe(0);
    });
  });

  test("a capture counts each frame once, by class", async () => {
    await withLab(async (lab) => {
      const capture = await lab.capture();
      await lab.client.run(["ping", "-n", "-q", "-c", "5", "-i", "0.01", internet.ipv4]);
      await lab.client.run(["ping", "-n", "-q", "-c", "3", "-i", "0.01", internet.ipv6]);
      const counts = await capture.stop();
      expect(counts).toMatchObject({ icmp4: 5, icmp6: 3, udp4: 0, tcp6: 0, other: 0, endpoint: 0 });
    });
  });

  test("everybody is there, in both families, and the resolvers say who was asked", async () => {
    await withLab(async (lab) => {
      await lab.forwarding();
      for (const place of [home, neighbour, internet])
        for (const address of [place.ipv4, place.ipv6]) expect(await lab.ping(address), address).toBe(true);
      await lab.router.ip(`route add 192.168.50.0/24 via ${host.ipv4}`);
      expect(await lab.ask("home", resolver.ipv4)).toBe(clearAnswer);
      expect(await lab.ask("client", resolver.ipv6)).toBe(clearAnswer);
      expect(await lab.ask("client", internet.ipv4)).toBeUndefined();
    });
  });

  test("a datagram is of the user, the mark and the control group that it is sent as", async () => {
    await withLab(async (lab) => {
      await lab.client.run(["mkdir", "-p", "/sys/fs/cgroup/some.slice/app"]);
      await lab.client.nft(`table inet t {
        chain output {
          type filter hook output priority 0; policy accept;
          meta skuid 1234 meta mark 0x77 udp dport 9 counter comment "mine"
          socket cgroupv2 level 1 "some.slice" udp dport 9 counter comment "slice"
          udp dport 9 counter comment "all"
        }
      }`);
      const watching = await lab.listen("router", "lan0", "udp port 9");
      const datagram = { by: "eth0", from: host.ipv4, to: internet.ipv4, udp: [40_000, 9] } as const;
      const other = { ...datagram, from: host.ipv6, to: internet.ipv6, slice: "some.slice/app" };
      await lab.send("client", { ...datagram, uid: 1234, mark: 0x77, times: 5 }, { ...other, times: 3 });
      expect(await watching.stop()).toHaveLength(8);
      const listed = await lab.client.run(["nft", "list", "table", "inet", "t"]);
      const packets = (comment: string): number =>
        Number(new RegExp(`packets (\\d+) bytes \\d+ comment "${comment}"`).exec(listed)?.[1]);
      expect([packets("mine"), packets("slice"), packets("all")]).toEqual([5, 3, 8]);
    });
  });

  test("control groups are gone with the laboratory", async () => {
    const lab = await openLab();
    await lab.client.run(["mkdir", "-p", "/sys/fs/cgroup/some.slice/app"]);
    const group = controlGroupOf(lab.keeper);
    expect(existsSync(`${group}/some.slice/app`)).toBe(true);
    process.kill(lab.keeper, "SIGKILL");
    await eventually("the group to be gone", () => !existsSync(group), 5_000);
    await lab.close();
  });

  test("a rogue DHCP server draws the traffic of a client without rules to itself", async () => {
    await withLab(async (lab) => {
      expect(await lab.takeLease()).toBeUndefined();
      await lab.rogueDhcp("0.0.0.0/1", "128.0.0.0/1");
      expect(await lab.takeLease()).toMatchObject({ address: host.ipv4 });
      const watching = await lab.listen("neighbour", neighbour.interface, `icmp and dst host ${internet.ipv4}`);
      expect(await lab.ping(internet.ipv4)).toBe(true);
      expect((await watching.stop()).length).toBeGreaterThan(0);
    });
  });
});
