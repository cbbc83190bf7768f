import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `ksp` as a user would, without a terminal. */
export async function ksp(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly input?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly node?: readonly string[];
  },
): Promise<Ran> {
  const child = spawn(process.execPath, [...(options.node ?? []), cli, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.stdin.end(options.input ?? "");
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}

/** A directory with these files, gone after the test. */
export async function directory(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "ksp-test-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  return path;
}

export const good = `ksp 1
policy home

tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32
  carries everything
}

dns 10.64.0.1 through wg0
ipv6 block

allow dhcp
allow lan

watch wg0 {
  interface
  heartbeat 10.64.0.1 every 250ms lost after 3
}
`;

/** A policy for every system. */
export const everywhere = `ksp 1
policy home
link uplink {
  interface linux "wlan0" windows "Wi-Fi" macos "en0"
  role outside
}
tunnel vpn {
  protocol wireguard
  interface linux "wg0" windows "Laptop" macos utun
  server 198.51.100.7 udp 51820
  carrier linux mark 0x6b73/0xffff
  carrier windows service "WireGuardTunnel$Laptop"
  carrier macos user 0
  address 10.64.0.2/32
  carries everything
}
dns 10.64.0.1 through vpn
ipv6 block
watch vpn {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
`;

/** The same for Windows alone. */
export const forWindows = everywhere.replaceAll(
  / linux "\w+"| macos (?:"\w+"|utun)|\n.*carrier (?:linux|macos).*/g,
  "",
);

/** With one mistake, a misspelt word in line 4. */
export const bad = good.replace("tunnel wg0", "tunel wg0");
