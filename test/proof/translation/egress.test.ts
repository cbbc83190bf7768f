import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile.ts";
import { nft } from "../../../src/emitters/nft/emit.ts";
import { rulesetsOf } from "../../../src/ir/plan.ts";
import { PacketSpace } from "../../../src/proof/packet-space.ts";
import { empty } from "../../../src/proof/readers/nft/program.ts";
import { load } from "../../../src/proof/readers/nft/read-text.ts";
import { vocabularyOfProgram } from "../../../src/proof/readers/nft/vocabulary.ts";
import { Comparison } from "../../../src/proof/translation/comparison.ts";
import { differentEgress } from "../../../src/proof/translation/egress.ts";
import { validateNft } from "../../../src/proof/translation/nft.ts";
import { loopback, merged, vocabularyOf } from "../../../src/proof/vocabulary.ts";
import { policyNamed } from "../../emitters/policies.ts";
import { examples } from "../../examples/golden.ts";

const device = "eth0";
const file = `nft/egress/${device}.nft`;
/** With a carrier by user, a slice that is refused, an opening for guests, hosts by name. */
const tried = ["home-wireguard", "openvpn-eight-servers", "only-these-apps", "travel-captive-portal", "server-ssh"];

const emitted = (name: string) => {
  const { plan } = policyNamed(name);
  return { plan, files: nft.emit(plan, [device]) };
};
const hookOf = (name: string): string => emitted(name).files.get(file) ?? "";

test.each(tried)("%s: the hook lets pass what some state does, and no more", (name) => {
  const { plan, files } = emitted(name);
  expect(files.has(file)).toBe(true);
  expect(validateNft(plan, files)).toBeUndefined();
});

/** What a changed hook is refused for; undefined: for nothing. */
const judgeOf = (name: string) => {
  const { plan } = policyNamed(name);
  const read = load(hookOf(name), empty);
  if ("fault" in read) throw new Error(read.fault.reason);
  const card = { ...loopback, devices: [...loopback.devices, { kind: "named", name: device } as const] };
  const names = merged(vocabularyOf(rulesetsOf(plan)), vocabularyOfProgram(read.program), card);
  const comparison = new Comparison(new PacketSpace(names));
  return (text: string): string | undefined => {
    const changed = load(text, empty);
    if ("fault" in changed) return changed.fault.reason;
    return differentEgress(comparison, plan, { device, program: changed.program })?.difference.says;
  };
};

describe("a line less", () => {
  /**
   * What falls off the end of a chain is refused as well, the table is made anew by lines that no packet meets, and nothing
   * opens a server's address to others than its carrier.
   */
  const harmless =
    /^(\s*(#.*|counter drop comment "closed-out"|ip +daddr 198\.51\.100\.7 counter return .*|)|(delete )?table netdev ksp-eth0)$/;

  test.each(["home-wireguard", "openvpn-eight-servers"])("of %s is noticed", (name) => {
    const judge = judgeOf(name);
    const lines = hookOf(name).split("\n");
    const tried = lines.flatMap((line, i) =>
      harmless.test(line) ? [] : [{ line, text: lines.toSpliced(i, 1).join("\n") }],
    );
    expect(tried.length).toBeGreaterThan(20);
    expect(tried.filter(({ text }) => judge(text) === undefined).map(({ line }) => line)).toEqual([]);
  });
});

test.each<readonly [string, (hook: string) => string, RegExp]>([
  [
    "ends open",
    (text) => text.replace(/counter drop comment "closed-out"\n\t\}\n\n\tchain n/, "}\n\n\tchain n"),
    /no rule/,
  ],
  ["accepts what claims to be ARP", (text) => text.replace("@ll,96,16 0x0806 ", ""), /lets it pass/],
  ["accepts what claims to be IPv6", (text) => text.replace("@ll,96,16 0x86dd ", ""), /lets it pass/],
  ["believes the wire alone", (text) => text.replace("meta protocol arp ", ""), /lets it pass/],
  ["asks nobody for the mark", (text) => text.replaceAll("meta mark & 0xffff == 0x6b73 ", ""), /lets it pass/],
  ["keeps later fragments back", (text) => text.replace(/^.*frag-off.*tunnel-.*\n/m, ""), /drops it/],
  [
    "opens the server to every port",
    (text) =>
      text.replace('ip frag-off & 0x1fff != 0 counter accept comment "tunnel', 'counter accept comment "tunnel'),
    /lets it pass/,
  ],
  ["lets any source out", (text) => text.replace(/^.*fib saddr.*\n/m, ""), /lets it pass/],
  [
    "asks for connections",
    (text) => text.replace("udp dport 51820 ", "udp dport 51820 ct state established "),
    /state in egress/,
  ],
  ["is at another card", (text) => text.replace('device "eth0"', 'device "eth1"'), /nothing judges/],
])("a hook that %s is refused", (_, change, reason) => {
  const hook = hookOf("home-wireguard");
  const changed = change(hook);
  expect(changed).not.toBe(hook);
  expect(judgeOf("home-wireguard")(changed)).toMatch(reason);
});

test.each<readonly [string, string, (text: string) => string]>([
  ["disabling leaves", "nft/disable.nft", (text) => text.replace("delete table netdev ksp-eth0\n", "")],
  ["uninstalling leaves", "nft/uninstall.nft", (text) => text.replace("delete table netdev ksp-eth0\n", "")],
  ["loading keeps something of", file, (text) => text.replace("delete table netdev ksp-eth0\n", "")],
  ["is in the table of", file, (text) => text.replaceAll("ksp-eth0", "ksp-eth1")],
])("a hook that %s another is refused", (_, path, change) => {
  const { plan, files } = emitted("home-wireguard");
  const text = files.get(path) ?? "";
  expect(change(text)).not.toBe(text);
  expect(validateNft(plan, new Map([...files, [path, change(text)]]))).toMatchObject({ file: path });
});

test.each([
  ["home-wireguard", "wg0", "is the tunnel"],
  ["home-wireguard", "lo", "is loopback"],
  ["home-wireguard", "eth 0", "is no name"],
  ["server-ssh", "wlan0", "lets anything leave"],
  ["two-groups-two-tunnels", "br0", "has forwarded packets"],
])("%s has none at %s", (name, card, reason) => {
  expect(nft.egressFault?.(policyNamed(name).plan, card)?.reason).toContain(reason);
});

test("no other firewall has one", () => {
  const source = { file: "home.ksp", text: examples().find(({ name }) => name === "home-wireguard")?.text ?? "" };
  const { files, diagnostics } = compile(source, { targets: ["iptables"], egress: [device] });
  expect(files).toBeUndefined();
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "KSP4003 no egress hook: eth0 is looked at by nftables alone",
  ]);
});
