import { describe, expect, test } from "vitest";
import { compile } from "../../src/index.ts";

interface Parts {
  readonly carrier?: string;
  readonly interface?: string;
  readonly links?: string;
  readonly dns?: string;
  readonly more?: string;
}

const laptop = ({
  carrier = 'service "WireGuardTunnel$vpn"',
  interface: name = '"AnonVPN"',
  links = "",
  dns = "dns 10.64.0.1 through vpn",
  more = "",
}: Parts) => `ksp 1
policy laptop
${links}
tunnel vpn {
  protocol wireguard
  interface windows ${name}
  server 198.51.100.7 udp 51820
  carrier windows ${carrier}
  address 10.64.0.2/32
  carries everything
}
${dns}
ipv6 block
allow dhcp
${more}
watch vpn {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
`;
const app = (identity: string): string => `app browser {\n  windows ${identity}\n  traffic tunnel\n  on loss keep\n}`;
const link = (name: string, device: string, role: string): string =>
  `link ${name} {\n  interface windows ${device}\n  role ${role}\n}`;

const said = (parts: Parts): readonly string[] => {
  const { diagnostics } = compile({ file: "laptop.ksp", text: laptop(parts) }, { targets: ["wfp"] });
  return diagnostics.map(({ code, message, help }) => `${code} ${message}: ${help?.text}`);
};

test("a policy that Windows can hold needs nothing for Linux", () => {
  expect(said({ more: app("program 'C:\\Program Files\\a.exe'") })).toEqual([]);
  expect(said({ carrier: "program 'C:\\vpn.exe' and service \"vpn\"" })).toEqual([]);
  expect(said({ more: app('program "System"') })).toEqual([]);
});

describe("what Windows cannot say is refused, with a way out", () => {
  test.each<readonly [Parts, string]>([
    [
      { carrier: "mark 0x6b73/0xffff" },
      "KSP4002 wfp cannot say a mark: say `program` or `service`: of a tunnel or app in a line for Windows, elsewhere in its place",
    ],
    [
      { carrier: 'user "vpn"' },
      "KSP4002 wfp cannot say a user by name: say `program` or `service`: of a tunnel or app in a line for Windows, elsewhere in its place",
    ],
    [
      { carrier: "program 'vpn.exe'" },
      "KSP4002 wfp cannot say a program without its whole path on Windows: write it with its drive, or `System`",
    ],
    [
      { carrier: "program '%ProgramFiles%\\vpn.exe'" },
      "KSP4002 wfp cannot say a program without its whole path on Windows: write it with its drive, or `System`",
    ],
    ...["C:\\x\\..\\vpn.exe", "C:\\vpn.exe ", "C:\\x.\\vpn.exe", "C:\\x\\\\vpn.exe", "C:\\vpn.exe:more"].map(
      (path): readonly [Parts, string] => [
        { carrier: `program '${path}'` },
        "KSP4002 wfp cannot say a program without its whole path on Windows: write it with its drive, or `System`",
      ],
    ),
    ...["a/b", "a\\b", "dienst-ß", "a".repeat(257)].map((name): readonly [Parts, string] => [
      { carrier: `service '${name}'` },
      "KSP4002 wfp cannot say a service name that is no plain ASCII, or holds a slash: write the name that `sc query` prints",
    ]),
    [{ carrier: 'service "KSP"' }, "KSP4002 wfp cannot say the service of ksp itself: name the service of the VPN"],
    [
      { carrier: "program 'C:\\vpn.exe'", more: app("program 'c:\\VPN.exe'") },
      "KSP4002 wfp cannot say programs or services whose names differ in upper and lower case alone: write each in one way",
    ],
    [
      { carrier: "program 'C:\\a.exe' and program 'C:\\b.exe'" },
      'KSP2074 no packet has both `program "C:\\a.exe"` and `program "C:\\b.exe"`: write two `carrier` lines: either will do then',
    ],
    [{ carrier: 'service "ksp"' }, "KSP4002 wfp cannot say the service of ksp itself: name the service of the VPN"],
    [
      { interface: '"Anon*"' },
      'KSP4002 wfp cannot say `Anon*`, interfaces by the beginning of their names: name each of them, as in `interface windows "Ethernet"`',
    ],
    [
      { links: `${link("home", '"Ethernet"', "outside")}\n${link("lab", '"ethernet"', "inside")}` },
      "KSP4002 wfp cannot say interfaces whose names differ in upper and lower case alone: write the name as Windows shows it",
    ],
    [
      {
        more: `${app("program 'C:\\a.exe'").replace("traffic tunnel", "traffic outside")}\nallow out app browser to 203.0.113.7 tcp 443\nportal for 5m app browser to 10.99.0.1 tcp 80 accept-risk KSP3001 reason "log in"`,
      },
      "KSP4002 wfp cannot say an opening that the kernel closes by itself: leave out `portal`: no filter of Windows ends with its time",
    ],
    [
      { links: link("lab", '"Lab"', "inside"), more: "forward from link lab to tunnel vpn masquerade" },
      "KSP4002 wfp cannot say forwarded packets: let a Linux machine be the gateway",
    ],
  ])("%j", (parts, message) => {
    expect(said(parts)).toContain(message);
  });
});

test.each(["con", "nul", "lpt1"])("a folder that no Windows can have is refused: %s", (name) => {
  const { diagnostics } = compile(
    { file: "x.ksp", text: laptop({}).replace("policy laptop", `policy ${name}`) },
    { targets: ["wfp"] },
  );
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "KSP4002 wfp cannot say a policy or chain that is called as a device of Windows",
  ]);
});

test("what is missing for Windows is told, and nothing for Linux", () => {
  const text = laptop({}).replace("interface windows", "interface linux").replace("carrier windows", "carrier macos");
  const { diagnostics } = compile({ file: "laptop.ksp", text }, { targets: ["wfp"] });
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "KSP2025 tunnel `vpn` has no interface on Windows",
    "KSP2025 tunnel `vpn` has no carrier on Windows",
  ]);
});

test("a leak on Windows is told as one on Windows", () => {
  const { diagnostics } = compile(
    { file: "laptop.ksp", text: laptop({ more: "expect drop out to 255.255.255.255 udp 67" }) },
    { targets: ["wfp"] },
  );
  expect(diagnostics.map(({ code, notes }) => `${code} ${notes.join()}`).join()).toMatch(/^KSP3090 .*Windows, state `/);
});
