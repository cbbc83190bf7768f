import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { backends } from "../../src/backends.ts";
import type { AuditFinding } from "../../src/proof/audit/finding.ts";
import { type Emitted, examplePolicies, fileOf, switchOf } from "../emitters/policies.ts";
import { goldenFolder } from "../examples/golden.ts";
import type { Namespace } from "../lab/namespace.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { openSandbox } from "../lab/sandbox.ts";

const policy = examplePolicies.find(({ name }) => name === "home-wireguard") as Emitted;
const foreign = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`foreign/${file}`, import.meta.url)), "utf8");

/** Tells what arrives of a datagram and whether its answer comes back, with or without the carrier's mark. */
const ask = `
import socket, sys
to, port, mark = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
s.settimeout(0.4)
try:
    s.sendto(b"ksp", (to, port))
    s.recv(100)
    print("answered")
except (PermissionError, TimeoutError):
    print("lost")
`;
const answering = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, 8, 1)
s.bind(("0.0.0.0", 51820))
print("ready", flush=True)
while True:
    data, control, _, sender = s.recvmsg(100, 100)
    s.sendmsg([data], control, 0, sender)
`;

/** A machine behind eth0, with a route of everything into a tunnel that is there by name, and a server outside. */
async function inNetwork(work: (host: Namespace, outside: Namespace) => Promise<void>): Promise<void> {
  const sandbox = await openSandbox(["host", "outside"]);
  try {
    const { host, outside } = sandbox.namespaces;
    await host.run(["sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0"]);
    await host.ip(`link add eth0 type veth peer name far netns outside
      link set lo up
      addr add 192.168.1.2/24 dev eth0
      link set eth0 up
      tuntap add dev wg0 mode tun
      addr add 10.64.0.2/32 dev wg0
      link set wg0 up
      route add default dev wg0
      route add default via 192.168.1.1 table 51
      rule add fwmark 0x6b73 lookup 51
      rule add to 198.51.100.7 lookup 51`);
    await outside.ip(`link set lo up
      addr add 192.168.1.1/24 dev far
      addr add 198.51.100.7/32 dev lo
      link set far up`);
    const server = await outside.spawn(["python3", "-c", answering]);
    await server.until("ready");
    await work(host, outside);
  } finally {
    await sandbox.close();
  }
}

const reaches = async (host: Namespace, mark: number): Promise<string> =>
  (await host.run(["python3", "-c", ask, "198.51.100.7", "51820", `${mark}`])).trim();

async function audited(host: Namespace, target: "nft" | "iptables"): Promise<readonly AuditFinding[]> {
  const asked: readonly (readonly [string, readonly string[]])[] = [
    ["nft", ["nft", "-j", "-p", "list", "ruleset"]],
    ["iptables", ["iptables-nft-save"]],
    ["ip6tables", ["ip6tables-nft-save"]],
    ["ipset", ["ipset", "save"]],
  ];
  const listing = new Map<string, string>();
  for (const [name, command] of asked) listing.set(name, await host.run(command));
  return backends[target].audit(policy.plan, listing).findings;
}

const carrier = 0x6b73;
const restore = (host: Namespace, text: string): Promise<string> =>
  host.run(["iptables-nft-restore", "--noflush"], { input: text });
const nftOurs = async (host: Namespace): Promise<void> => {
  await host.nft(fileOf(policy, "ruleset.nft"));
  await host.nft(switchOf(policy, "up"));
};

async function iptablesOurs(host: Namespace): Promise<void> {
  for (const name of ["ruleset", "switch/up"])
    for (const [program, ending] of [
      ["iptables", "v4"],
      ["ip6tables", "v6"],
    ]) {
      const input = readFileSync(`${goldenFolder}/home/iptables/${name}.${ending}`, "utf8");
      await host.run([`${program}-nft-restore`, "--noflush"], { input });
    }
}

describe.skipIf(mayBeSkipped())("an audit of a kernel", { timeout: 60_000 }, () => {
  test("beside everybody there is nothing to tell, and the server answers", async () => {
    await inNetwork(async (host) => {
      await nftOurs(host);
      for (const file of ["firewalld.nft", "wg-quick.nft", "fail2ban.nft"]) await host.nft(foreign(file));
      await host.run(["ipset", "restore"], { input: foreign("fail2ban.ipset") });
      for (const program of ["docker", "ufw", "fail2ban", "tailscale"]) {
        await restore(host, foreign(`${program}.ipv4.rules`));
        await host.run(["ip6tables-nft-restore", "--noflush"], { input: foreign(`${program}.ipv6.rules`) });
      }
      expect(await audited(host, "nft")).toEqual([]);
      expect(await reaches(host, carrier)).toBe("answered");
      expect(await reaches(host, 0)).toBe("lost");
    });
  });

  test("a mark of others opens", async () => {
    await inNetwork(async (host) => {
      await nftOurs(host);
      expect(await reaches(host, 0)).toBe("lost");
      await host.nft(`table ip other { chain o { type route hook output priority -150
        udp dport 51820 meta mark set 0x6b73
        }
      }`);
      expect(await reaches(host, 0)).toBe("answered");
      expect((await audited(host, "nft")).map(({ kind }) => kind)).toEqual(["opens"]);
    });
  });

  test("a filter of the way back breaks", async () => {
    await inNetwork(async (host) => {
      await nftOurs(host);
      expect(await reaches(host, carrier)).toBe("answered");
      await host.nft(`table ip other { chain p { type filter hook prerouting priority -150
        fib saddr . iif oif missing drop
        }
      }`);
      await host.ip("rule del to 198.51.100.7");
      expect(await reaches(host, carrier)).toBe("lost");
      expect((await audited(host, "nft")).map(({ kind }) => kind)).toEqual(["breaks"]);
    });
  });

  test("one that asks by the mark lets answers in that got it back", async () => {
    await inNetwork(async (host) => {
      await nftOurs(host);
      await host.ip("rule del to 198.51.100.7");
      await host.nft(`table ip other { chain p { type filter hook prerouting priority -140
        fib saddr . mark . iif oif missing drop
        }
      }`);
      expect(await reaches(host, carrier)).toBe("lost");
      expect((await audited(host, "nft")).map(({ kind }) => kind)).toEqual(["breaks"]);
      await host.nft(foreign("wg-quick.nft").replaceAll("0x0000ca6c", `${carrier}`));
      expect(await reaches(host, carrier)).toBe("answered");
      expect(await audited(host, "nft")).toEqual([]);
    });
  });

  test("kube-proxy takes the carrier's mark away before nftables judges, and not before iptables does", async () => {
    await inNetwork(async (host) => {
      await nftOurs(host);
      await restore(host, foreign("kube-proxy.ipv4.rules"));
      expect(await reaches(host, carrier)).toBe("lost");
      expect(await audited(host, "nft")).toMatchObject([
        { kind: "breaks", place: { text: expect.stringContaining("KUBE-POSTROUTING -j MARK") } },
      ]);
    });
    await inNetwork(async (host) => {
      await iptablesOurs(host);
      await restore(host, foreign("kube-proxy.ipv4.rules"));
      expect(await reaches(host, carrier)).toBe("answered");
      expect(await audited(host, "iptables")).toEqual([]);
    });
  });

  test("who stands before ours in a chain of iptables passes them over", async () => {
    await inNetwork(async (host) => {
      await iptablesOurs(host);
      expect(await reaches(host, 0)).toBe("lost");
      for (const table of ["filter", "mangle"])
        await host.run([
          "iptables-nft",
          "-t",
          table,
          "-I",
          table === "filter" ? "OUTPUT" : "POSTROUTING",
          "-p",
          "udp",
          "-j",
          "ACCEPT",
        ]);
      expect(await reaches(host, 0)).toBe("answered");
      expect((await audited(host, "iptables")).map(({ kind }) => kind)).toEqual(["absent", "absent"]);
    });
  });

  describe("copies of what goes into the tunnel", () => {
    const many = `
import socket, sys
for _ in range(40):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"ksp", ("203.0.113.9", 5555))
`;
    /** Frames on the line while forty datagrams go into the tunnel: some are the kernel's own business. */
    async function framesOf(host: Namespace, outside: Namespace): Promise<number> {
      const received = async (): Promise<number> => {
        const [link] = JSON.parse(await outside.run(["ip", "-s", "-j", "link", "show", "far"]));
        return link.stats64.rx.packets;
      };
      const before = await received();
      await host.run(["python3", "-c", many]);
      return (await received()) - before;
    }
    const dup = (hook: string) => `table ip other { chain c { type filter hook ${hook} priority 300
      udp dport 5555 dup to 192.168.1.1 device "eth0"
      }
    }`;

    test.each<readonly [string, (host: Namespace) => Promise<unknown>]>([
      ["dup", (host) => host.nft(dup("postrouting"))],
      ["TEE", (host) => restore(host, "*mangle\n-A OUTPUT -p udp --dport 5555 -j TEE --gateway 192.168.1.1\nCOMMIT\n")],
    ])("%s: they begin anew, and ours refuse them", async (_, copy) => {
      await inNetwork(async (host, outside) => {
        await copy(host);
        expect(await framesOf(host, outside)).toBeGreaterThan(30);
        await nftOurs(host);
        expect(await framesOf(host, outside)).toBeLessThan(20);
        expect(await audited(host, "nft")).toEqual([]);
      });
    });

    test("by a card itself get out", async () => {
      await inNetwork(async (host, outside) => {
        await nftOurs(host);
        expect(await framesOf(host, outside)).toBeLessThan(20);
        await host.nft(`table netdev other { chain c { type filter hook egress device "wg0" priority 0
          udp dport 5555 dup to "eth0"
          }
        }`);
        expect(await framesOf(host, outside)).toBeGreaterThan(30);
        expect((await audited(host, "nft")).map(({ kind }) => kind)).toEqual(["opens"]);
      });
    });
  });
});
