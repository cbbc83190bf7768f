import { expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { examples, heldByMacos, load } from "../examples/golden.ts";

/** What an example asks for that macOS has not, or does not say for macOS. */
const refused: Readonly<Record<string, readonly string[]>> = {
  "build-server": ["KSP4002 pf cannot say a mark", "KSP4002 pf cannot say an outside that no link names"],
  "bypass-app": ["KSP2025 app `backup` has no identity on macOS"],
  "docker-k8s": [
    "KSP4002 pf cannot say `br-*`, interfaces by the beginning of their names",
    "KSP4002 pf cannot say a mark",
    "KSP4002 pf cannot say an outside that no link names",
    "KSP4002 pf cannot say forwarded packets",
  ],
  "endpoint-by-name": ["KSP4002 pf cannot say a mark", "KSP4002 pf cannot say an outside that no link names"],
  fleet: ["KSP4002 pf cannot say a mark", "KSP4002 pf cannot say an outside that no link names"],
  gateway: [
    "KSP4002 pf cannot say `br-lan`, a name that no interface of macOS keeps",
    "KSP4002 pf cannot say a mark",
    "KSP4002 pf cannot say forwarded packets",
  ],
  "home-wireguard": ["KSP4002 pf cannot say a mark", "KSP4002 pf cannot say an outside that no link names"],
  hotspot: [
    "KSP4002 pf cannot say `enx*`, interfaces by the beginning of their names",
    "KSP4002 pf cannot say `usb*`, interfaces by the beginning of their names",
    "KSP4002 pf cannot say `wlan0-ap`, a name that no interface of macOS keeps",
    "KSP4002 pf cannot say a mark",
    "KSP4002 pf cannot say forwarded packets",
  ],
  "ipsec-roadwarrior": ["KSP2025 app `vault` has no identity on macOS"],
  "ipv6-only-nat64": ["KSP4002 pf cannot say a mark", "KSP4002 pf cannot say an outside that no link names"],
  kiosk: ["KSP4002 pf cannot say a mark", "KSP4002 pf cannot say an outside that no link names"],
  "kitchen-sink": [
    "KSP2025 `reconnect entry` has no run on macOS",
    "KSP2025 app `backup` has no identity on macOS",
    "KSP2025 helper `obfs` has no carrier on macOS",
  ],
  "obfs-helper": ["KSP4002 pf cannot say a mark", "KSP4002 pf cannot say an outside that no link names"],
  "only-these-apps": ["KSP4002 pf cannot say a mark", "KSP4002 pf cannot say an outside that no link names"],
  "openvpn-eight-servers": [
    "KSP4002 pf cannot say `ovpn-home`, a name that no interface of macOS keeps",
    "KSP4002 pf cannot say an outside that no link names",
  ],
  "server-ssh": ["KSP4002 pf cannot say a mark"],
  "tailscale-beside": ["KSP4002 pf cannot say a mark", "KSP4002 pf cannot say an outside that no link names"],
  "three-hops-mixed": [
    "KSP4002 pf cannot say `ovpn-b`, a name that no interface of macOS keeps",
    "KSP4002 pf cannot say `wg-a`, a name that no interface of macOS keeps",
    "KSP4002 pf cannot say `wg-c`, a name that no interface of macOS keeps",
    "KSP4002 pf cannot say a mark",
    "KSP4002 pf cannot say an outside that no link names",
  ],
  "torrent-port-forward": ["KSP2025 app `transmission` has no identity on macOS"],
  "travel-captive-portal": [
    "KSP4002 pf cannot say a mark",
    "KSP4002 pf cannot say an opening that the kernel closes by itself",
    "KSP4002 pf cannot say an outside that no link names",
  ],
  "two-groups-two-tunnels": ["KSP4002 pf cannot say forwarded packets"],
  "two-hops": ["KSP4002 pf cannot say a mark", "KSP4002 pf cannot say an outside that no link names"],
  "windows-laptop": [
    "KSP2025 app `backup` has no identity on macOS",
    "KSP2025 tunnel `vpn` has no carrier on macOS",
    "KSP2025 tunnel `vpn` has no interface on macOS",
  ],
  "work-and-private": [
    "KSP4002 pf cannot say `ovpn-work`, a name that no interface of macOS keeps",
    "KSP4002 pf cannot say `wg-private`, a name that no interface of macOS keeps",
    "KSP4002 pf cannot say a mark",
    "KSP4002 pf cannot say an outside that no link names",
  ],
};

test.each(examples())("$name compiles for macOS, or is refused for a reason", ({ name, text }) => {
  const { files, diagnostics } = compile({ file: `${name}.ksp`, text }, { targets: ["pf"], load });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (heldByMacos.has(name)) {
    expect(errors).toEqual([]);
    const names = ["lockdown.conf", "down.conf", "up.conf", "disable.conf", "moves.txt", "report.sh"];
    expect([...(files ?? new Map()).keys()]).toEqual(expect.arrayContaining(names.map((file) => `pf/${file}`)));
    return;
  }
  expect(files).toBeUndefined();
  expect(errors.every(({ help }) => help)).toBe(true);
  expect([...new Set(errors.map(({ code, message }) => `${code} ${message}`))].toSorted()).toEqual(refused[name]);
});

test("what macOS cannot promise is not claimed: closed before anything of ksp runs", () => {
  const [mac, linux] = (["pf", "nft"] as const).map((target) => {
    const found = examples().find(({ name }) => name === "mac-laptop");
    const { files } = compile({ file: "mac-laptop.ksp", text: found?.text ?? "" }, { targets: [target] });
    return files?.get("proof.txt") ?? "";
  });
  expect(mac).toContain("KSP3001");
  expect(mac).toContain("pf: closed before anything of ksp runs: ");
  expect(mac).not.toContain("KSP3024");
  expect(linux).toContain("KSP3024");
});
