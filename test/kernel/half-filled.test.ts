import { describe, expect, test } from "vitest";
import { emitted, fileOf } from "../emitters/policies.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { openSandbox } from "../lab/sandbox.ts";
import { type Block, storm, type Weathered } from "../lab/storm.ts";
import { changed } from "./spoilt.ts";

const carried = Array.from({ length: 9 }, (_, i) => `10.${2 * i + 1}.0.0/16`);
const prefixes = Array.from({ length: 3_000 }, (_, i) => `203.${i >> 7}.${(i & 127) * 2}.0/24`).join(", ");

/** More ranges of the LAN than rules of their own belong to the tunnel, and a long list is filled before and after them. */
const policy = emitted(
  "lists",
  `ksp 1
policy lists
tunnel vpn {
  protocol wireguard
  interface "wg*"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32
  carries everything and ${carried.join(", ")}
}
watch vpn {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
list offices = ${prefixes}
list branches = ${prefixes.replaceAll("203.", "202.")}
dns none
ipv6 block
allow lan
allow out to @offices tcp 443
allow out to @branches tcp 443
`,
);
/** To an address of the LAN that is the tunnel's, from the card. */
const datagram: Block["packets"][number] = {
  serial: 0,
  // IPv4 with ECT(1), 192.0.2.2 to 10.5.1.1, UDP 4096 to 9
  bytes: "4501001c0000000040110000" + "c00002020a050101" + "1000000900080000",
  ...{ by: "eth0", to: "10.5.1.1", mark: 0, uid: 0, gid: 0, class: "refused" },
};

async function loadOverItself(ruleset: string): Promise<Weathered> {
  const sandbox = await openSandbox(["host"]);
  const { host } = sandbox.namespaces;
  try {
    await host.ip(`link add eth0 type veth peer name far0
address add 192.0.2.2/24 dev eth0
link set far0 up
link set eth0 up
route add default dev eth0`);
    const block = { before: [ruleset], packets: [datagram], steps: [{ load: [ruleset] }], rounds: 20 };
    const [weathered] = await storm(host, [block]);
    if (!weathered) throw new Error("no flood");
    return weathered;
  } finally {
    await sandbox.close();
  }
}

describe.skipIf(mayBeSkipped())(
  "rules are in force before their sets of intervals are filled",
  { timeout: 120_000 },
  () => {
    const ruleset = fileOf(policy, "ruleset.nft");

    test("what a long set refuses is refused all the while", async () => {
      const { offered, through } = await loadOverItself(ruleset);
      expect(offered.refused).toBeGreaterThan(1_000);
      expect(through.refused).toBe(0);
    });

    test("without the rule that waits for the last set it is not", async () => {
      const spoilt = changed(ruleset, (text) => text.replaceAll(/^.*built-in-lists.*\n/gm, ""));
      const { through } = await loadOverItself(spoilt);
      expect(through.refused).toBeGreaterThan(0);
    });
  },
);
