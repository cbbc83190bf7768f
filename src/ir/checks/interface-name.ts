import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Device } from "../policy.ts";
import type { Check } from "./check.ts";
import { formatDevice, interfaceOwners } from "./support/devices.ts";

/** A name that no interface can have protects nothing, and one that a tool reads as a pattern means other interfaces. */
export const interfaceName: Check = ({ policy, origins }) =>
  interfaceOwners(policy).flatMap(({ id, devices }) =>
    systems.flatMap(({ os, name, faultOf, help }) =>
      (devices[os] ?? []).flatMap((device) => {
        const reason = device.kind === "utun" ? "`utun` is macOS's" : faultOf(device);
        if (reason === undefined) return [];
        return diagnostic(
          "KSP2027",
          { device: formatDevice(device), system: name, reason },
          { at: placeOf(origins, id, "interface"), label: "not the name of an interface", help },
        );
      }),
    ),
  );

type Called = Exclude<Device, { readonly kind: "utun" }>;

const systems = [
  {
    os: "linux",
    name: "Linux",
    faultOf: faultOnLinux,
    help: "write a name as `ip link` prints it, or a prefix such as `br-*`",
  },
  { os: "windows", name: "Windows", faultOf: faultOnWindows, help: "write the name as `Get-NetAdapter` prints it" },
] as const;

/** `ConvertInterfaceAliasToLuid`: 256 characters (IF_MAX_STRING_SIZE), as they stand. */
function faultOnWindows(device: Called): string | undefined {
  const text = device.kind === "named" ? device.name : device.prefix;
  if (/^loopback pseudo-interface [0-9]+$/i.test(text)) return "it is the loopback, which stays open";
  if (text.length > 256) return "it is longer than 256 characters";
  if (text.trim() !== text) return "it begins or ends with a blank";
  const bad = /["\p{Cc}]/u.exec(text)?.[0];
  return bad === undefined ? undefined : `it holds ${bad === '"' ? '`"`' : "a control character"}`;
}

/** The folders of net.ipv4.conf that are no interface. */
const reserved: ReadonlySet<string> = new Set(["all", "default"]);

/** Linux: `dev_valid_name` and 15 bytes (IFNAMSIZ without its zero); nft takes prefixes of 14. */
function faultOnLinux(device: Called): string | undefined {
  const [text, most] = device.kind === "named" ? [device.name, 15] : [device.prefix, 14];
  if (device.kind === "named" ? text === "lo" : "lo".startsWith(text)) return "`lo` is the loopback, which stays open";
  if (Buffer.byteLength(text) > most) return `it is longer than ${most} bytes`;
  if (text === "." || text === "..") return "it is a folder";
  if (text.includes("+")) return "iptables reads `+` as any ending";
  if (reserved.has(text)) return `\`${text}\` stands for every interface in sysctl`;
  if (text.includes("@")) return "`ip link` prints `@` and the peer behind the name";
  if (text.includes("%")) return "`%` makes the kernel choose a number";
  if (/[?![\]]/.test(text)) return `tools read \`${/[?![\]]/.exec(text)?.[0]}\` as a pattern`;
  if (text.includes("*")) return "`*` may only end it";
  const bad = /[\s/:"'\\\p{Cc}]/u.exec(text)?.[0];
  return bad === undefined ? undefined : `it holds ${bad.trim() === "" ? "a blank" : `\`${bad}\``}`;
}
