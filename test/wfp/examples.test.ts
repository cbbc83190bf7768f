import { expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { examples, heldByWindows, load } from "../examples/golden.ts";

/** What an example asks for that Windows has not, or does not say for Windows. */
const refused: Readonly<Record<string, readonly string[]>> = {
  "build-server": ["KSP4002 wfp cannot say a mark"],
  "bypass-app": ["KSP2025 app `backup` has no identity on Windows"],
  "docker-k8s": [
    "KSP4002 wfp cannot say `br-*`, interfaces by the beginning of their names",
    "KSP4002 wfp cannot say a mark",
    "KSP4002 wfp cannot say forwarded packets",
  ],
  "endpoint-by-name": ["KSP4002 wfp cannot say a mark"],
  fleet: ["KSP4002 wfp cannot say a mark", "KSP4002 wfp cannot say a user or group by number"],
  gateway: ["KSP4002 wfp cannot say a mark", "KSP4002 wfp cannot say forwarded packets"],
  "home-wireguard": ["KSP4002 wfp cannot say a mark"],
  hotspot: [
    "KSP4002 wfp cannot say `enx*`, interfaces by the beginning of their names",
    "KSP4002 wfp cannot say `usb*`, interfaces by the beginning of their names",
    "KSP4002 wfp cannot say a mark",
    "KSP4002 wfp cannot say forwarded packets",
  ],
  "ipsec-roadwarrior": ["KSP2025 app `vault` has no identity on Windows"],
  "ipv6-only-nat64": ["KSP4002 wfp cannot say a mark"],
  kiosk: ["KSP4002 wfp cannot say a mark"],
  "kitchen-sink": ["KSP2025 app `backup` has no identity on Windows"],
  "mac-laptop": [
    "KSP2025 app `backup` has no identity on Windows",
    "KSP2025 link `uplink` has no interface on Windows",
    "KSP2025 tunnel `vpn` has no carrier on Windows",
    "KSP2025 tunnel `vpn` has no interface on Windows",
  ],
  "obfs-helper": ["KSP4002 wfp cannot say a mark", "KSP4002 wfp cannot say a user or group by number"],
  "only-these-apps": ["KSP4002 wfp cannot say a mark", "KSP4002 wfp cannot say a user or group by number"],
  "openvpn-eight-servers": ["KSP4002 wfp cannot say a user or group by number"],
  "server-ssh": ["KSP4002 wfp cannot say a mark"],
  "tailscale-beside": ["KSP4002 wfp cannot say a mark"],
  "three-hops-mixed": ["KSP4002 wfp cannot say a mark", "KSP4002 wfp cannot say a user or group by number"],
  "torrent-port-forward": ["KSP2025 app `transmission` has no identity on Windows"],
  "travel-captive-portal": ["KSP4002 wfp cannot say a mark", "KSP4002 wfp cannot say a user or group by number"],
  "two-groups-two-tunnels": [
    "KSP4002 wfp cannot say a user or group by number",
    "KSP4002 wfp cannot say forwarded packets",
  ],
  "two-hops": ["KSP4002 wfp cannot say a mark"],
  "work-and-private": ["KSP4002 wfp cannot say a mark", "KSP4002 wfp cannot say a user or group by number"],
};

test.each(examples())("$name compiles for Windows, or is refused for a reason", ({ name, text }) => {
  const { files, diagnostics } = compile({ file: `${name}.ksp`, text }, { targets: ["wfp"], load });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (heldByWindows.has(name)) {
    expect(errors).toEqual([]);
    expect([...(files ?? new Map()).keys()]).toEqual(expect.arrayContaining(["wfp/lockdown.json", "wfp/apply.ps1"]));
    return;
  }
  expect(files).toBeUndefined();
  expect(errors.every(({ help }) => help)).toBe(true);
  expect([...new Set(errors.map(({ code, message }) => `${code} ${message}`))].toSorted()).toEqual(refused[name]);
});
