import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const tools =
  "flock ip ipset iptables-legacy-restore iptables-nft-restore mount nft nsenter openssl openvpn ping pkill ps python3 setpriv sysctl tcpdump unshare wg wireguard-go".split(
    " ",
  );

const { CI, PATH = "" } = process.env;
const folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", PATH].join(delimiter);

/**
 * Our own environment: a root shell made by `su` has no sbin in its path, and a script of pyenv in front of python3 takes five
 * times as long as python3.
 */
export const environment: NodeJS.ProcessEnv = { ...process.env, PATH: folders };

const found = (tool: string): boolean =>
  folders.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** What this machine lacks for the laboratory, and for programs beyond it, in words; empty where it can run. */
export const missing = (...more: readonly string[]): readonly string[] => [
  ...(process.platform === "linux" ? [] : ["Linux"]),
  ...(process.getuid?.() === 0 ? [] : ["root"]),
  ...[...tools, ...more].filter((tool) => !found(tool)),
];

/**
 * Whether a suite of the laboratory may be left out. Only where nobody relies on it: never under CI, and never for root,
 * who can install what is missing with scripts/install-tools.sh.
 */
export const mayBeSkipped = (): boolean =>
  CI === undefined && missing().some((thing) => thing === "Linux" || thing === "root");
