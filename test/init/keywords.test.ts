import { describe, expect, test } from "vitest";
import { init } from "../../src/index.ts";
import { options } from "../../src/init/openvpn.ts";
import { commands, ignored, refused } from "../../src/init/openvpn-options.ts";
import { interfaceKeys, peerKeys } from "../../src/init/wireguard.ts";

const made = (file: string, text: string) => init([{ file, text }]);

// ---- WireGuard: what a line changes in this policy -----------------------------------------------------------------

const wireguard = (more: string, peer = "") =>
  `[Interface]\nPrivateKey = k\nAddress = 10.64.0.2\nDNS = 10.64.0.1\n${more}\n[Peer]\nPublicKey = k\nEndpoint = 198.51.100.7:51820\nAllowedIPs = 0.0.0.0/0\n${peer}\n`;
const plainWireguard = made("wg0.conf", wireguard("")).text ?? "";

/** A value, and a line of the policy or a note that comes of it; none where nothing changes. */
type Effect = readonly [value: string, effect?: string];
const ofInterface: Readonly<Record<string, Effect>> = {
  PrivateKey: ["k"],
  MTU: ["1380"],
  SaveConfig: ["true"],
  ListenPort: ["51820", "left out: `ListenPort`"],
  FwMark: ["0xAB", "carrier mark 0xab  # its FwMark"],
  Address: ["fd64::2/64", "address 10.64.0.2/32, fd64::2/128"],
  DNS: ["10.64.0.7,corp.example", "dns 10.64.0.1, 10.64.0.7 through wg0"],
  Table: ["off", "FwMark = 0x6b73"],
  PreUp: ["true", "left out: the command of `PreUp`"],
  PostUp: ["ip6tables -I OUTPUT -j DROP", "to do: remove `PostUp`"],
  PreDown: ["ip -6 rule del table 1", "left out: routes of `PreDown`"],
  PostDown: ["nft add rule inet t c accept", "left out: firewall rules of `PostDown`"],
};
const ofPeer: Readonly<Record<string, Effect>> = {
  PublicKey: ["k"],
  PresharedKey: ["k"],
  PersistentKeepalive: ["25"],
  Endpoint: ["[2001:db8::9]:53", "server 2001:db8::9 udp 53"],
  AllowedIPs: ["10.0.0.1/8", "carries everything and 10.0.0.0/8"],
};

describe("keys of WireGuard", () => {
  test("the tables hold what the tests try", () => {
    const small = (table: object) => Object.keys(table).map((key) => key.toLowerCase());
    expect(small(ofInterface).toSorted()).toEqual(Object.keys(interfaceKeys).toSorted());
    expect(small(ofPeer).toSorted()).toEqual(Object.keys(peerKeys).toSorted());
  });

  const lines = [
    ...Object.entries(ofInterface).map(([key, effect]) => [key, effect, wireguard(`${key} = ${effect[0]}`)] as const),
    ...Object.entries(ofPeer).map(([key, effect]) => [key, effect, wireguard("", `${key} = ${effect[0]}`)] as const),
  ];
  test.each(lines)("%s", (_, [, effect], text) => {
    const { text: policy, notes, diagnostics } = made("wg0.conf", text);
    expect(diagnostics).toEqual([]);
    const all = `${policy}${notes.map(({ kind, text }) => `${kind}: ${text}\n`).join("")}`;
    if (effect === undefined) expect(policy).toBe(plainWireguard);
    else expect(all).toContain(effect);
    if (effect !== undefined) expect(plainWireguard).not.toContain(effect);
  });

  test.each(["constructor", "__proto__", "Jc"])("%s is none", (key) => {
    const { text, diagnostics } = made("wg0.conf", wireguard(`${key} = 1`));
    expect({ text, codes: diagnostics.map(({ code }) => code) }).toEqual({ text: undefined, codes: ["KSP5022"] });
  });
});

// ---- OpenVPN -------------------------------------------------------------------------------------------------------

const openvpn = (more: string) =>
  `client\ndev tun0\nmark 9\ndisable-dco\nredirect-gateway def1\ndhcp-option DNS 10.8.0.1\n${more}\nremote 198.51.100.7\n`;
const plainOpenvpn = made("home.ovpn", openvpn(""));

const ofOpenvpn: Readonly<Record<string, Effect>> = {
  client: [""],
  pull: [""],
  "route-nopull": [""],
  mode: ["p2p"],
  "dev-type": ["tun"],
  "disable-dco": [""],
  user: ["nobody"],
  remote: ["[2001:db8::9] 53 tcp", "server 2001:db8::9 tcp 53"],
  proto: ["tcp6-client", "server 198.51.100.7 tcp 1194"],
  "proto-force": ["udp"],
  port: ["443", "server 198.51.100.7 udp 443"],
  rport: ["443", "server 198.51.100.7 udp 443"],
  dev: ["tun-x", 'interface "tun-x"'],
  mark: ["4294967295", "carrier mark 0xffffffff"],
  float: ["", "left out: `float`"],
  ifconfig: ["10.9.0.2 10.9.0.1"],
  "ifconfig-ipv6": ["fd09::2/64 fd09::1"],
  "redirect-gateway": ["ipv6", "ipv6 tunnel"],
  route: ["10.0.0.0 255.0.0.0", "carries everything and 10.0.0.0/8"],
  "route-ipv6": ["fd00::1/8", "carries everything and fd00::/8"],
  "block-ipv6": ["", "left out: `block-ipv6`"],
  "dhcp-option": ["DNS6 10.8.0.9", "dns 10.8.0.1, 10.8.0.9 through home"],
  management: ["/run/openvpn/home.sock unix", 'management "/run/openvpn/home.sock"'],
  "management-client": [""],
  "management-client-group": ["nogroup"],
  "management-client-user": ["nobody"],
  "management-external-cert": ["x"],
  "management-external-key": [""],
  "management-hold": [""],
  "management-query-passwords": [""],
  "management-signal": [""],
  dns: ["server 0 address 10.8.0.8 10.8.0.9", "dns 10.8.0.1, 10.8.0.8, 10.8.0.9 through home"],
};

describe("options of OpenVPN", () => {
  const outcome = (line: string) => {
    const { text, notes, diagnostics } = made("home.ovpn", openvpn(line));
    const all = `${text}${notes.map(({ kind, text }) => `${kind}: ${text}\n`).join("")}`;
    return { text, all, codes: diagnostics.map(({ code }) => code) };
  };

  test("the table holds what the tests try, and no option stands in two tables", () => {
    expect(Object.keys(ofOpenvpn).toSorted()).toEqual(Object.keys(options).toSorted());
    const all = [...Object.keys(options), ...ignored, ...commands, ...Object.keys(refused)];
    expect(all.length).toBeGreaterThan(200);
    expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([]);
  });

  test.each(Object.entries(ofOpenvpn))("%s", (name, [value, effect]) => {
    const { text, all, codes } = outcome(`${name} ${value}`);
    expect(codes).toEqual([]);
    if (effect === undefined) expect(text).toBe(plainOpenvpn.text);
    else expect(all).toContain(effect);
    if (effect !== undefined) expect(plainOpenvpn.text).not.toContain(effect);
  });

  /** Twenty at a time: each costs a policy that is checked whole. */
  const some = Array.from({ length: Math.ceil(ignored.length / 20) }, (_, i) => ignored.slice(i * 20, (i + 1) * 20));
  test.each(some.map((names) => [names.join(), names] as const))(
    "%s change nothing, as lines or blocks",
    (_, names) => {
      const plain = { text: plainOpenvpn.text, codes: [] };
      expect(outcome(names.map((name) => `${name} SECRET`).join("\n"))).toMatchObject(plain);
      expect(outcome(names.map((name) => `<${name}>\nremote 192.0.2.1\n</${name}>`).join("\n"))).toMatchObject(plain);
    },
  );

  test("programs are noted, each by its name", () => {
    const { all } = outcome(commands.map((name) => `${name} /bin/true`).join("\n"));
    for (const name of commands) expect(all).toContain(`left out: the program of \`${name}\``);
  });

  test.each(Object.keys(refused))("%s is refused", (name) => {
    const { text, codes } = outcome(`${name} 10.0.0.1 255.0.0.0`);
    expect({ text, codes }).toEqual({ text: undefined, codes: ["KSP5022"] });
  });

  test.each([
    ["management-client-user root", "decided: the watch of `home` asks OpenVPN for its state, at /run/home.sock"],
    ["management-client-user nobody", "left out: `management`: another program"],
    ["management-hold", "left out: `management`: another program"],
  ])("a management channel beside %s", (line, expected) => {
    const { text, all } = outcome(`management /run/home.sock unix\n${line}`);
    expect(all).toContain(expected);
    expect(text?.includes("  management ")).toBe(expected.startsWith("decided"));
  });

  test.each([
    "127.0.0.1 7505",
    "tunnel 7505",
    "/run/home.sock unix /etc/pw",
    "home.sock unix",
    '"/run/a b" unix',
    "/run/../a unix",
  ])("a management channel that is not asked: %s", (values) => {
    const { text, all, codes } = outcome(`management ${values}`);
    expect({ text, codes }).toEqual({ text: plainOpenvpn.text, codes: [] });
    expect(all).toContain("left out: `management`: only a plain path without a password is asked");
  });

  test("two OpenVPNs do not share a channel", () => {
    const one = (remote: string, device: string) =>
      `client\ndev ${device}\ndev-type tun\nuser x\nredirect-gateway\nmanagement /run/a unix\nremote ${remote}\n`;
    const { text } = init([
      { file: "a.ovpn", text: one("198.51.100.7", "tun-a") },
      { file: "b.ovpn", text: one("198.51.100.9", "tun-b") },
    ]);
    expect(text).toContain("watch b {");
    expect(text).not.toContain("  management ");
  });

  test.each(["constructor", "__proto__", "remote-control"])("%s is no option", (name) => {
    expect(outcome(name)).toMatchObject({ text: undefined, codes: ["KSP5022"] });
  });
});
