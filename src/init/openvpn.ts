import type { Source } from "../diagnostics/span.ts";
import { addressSet, prefixLength } from "../net/address-set.ts";
import type { Configuration, Identity } from "./configuration.ts";
import { fileStem, nameLike } from "./names.ts";
import { carriedBy, takeAddress, takeDhcpOption, takeDns, takeRedirect, takeRoute } from "./openvpn-inside.ts";
import { channelOf, managementOptions } from "./openvpn-management.ts";
import { commands, ignored } from "./openvpn-options.ts";
import { refuse, type Said, type Take } from "./openvpn-said.ts";
import { endpoints, protocolOf, serversOf, takePort, takeRemote } from "./openvpn-servers.ts";
import { type Option, optionsOf } from "./openvpn-words.ts";
import { linesOf, Reading, type Word } from "./reading.ts";

/** The options that a policy is made of. */
export const options: Readonly<Record<string, Take>> = {
  client: (said) => {
    said.pulls = true;
  },
  pull: (said) => {
    said.pulls = true;
  },
  "route-nopull": (said) => {
    said.pullsRoutes = false;
  },
  mode: ({ reading }, [value], name) => {
    if (value?.text !== "p2p") refuse(reading, "server", name);
  },
  remote: takeRemote,
  proto: (said, [value], name) => {
    said.protocol = protocolOf(said.reading, value ?? name) ?? said.protocol;
  },
  "proto-force": (said, [value], name) => {
    const only = protocolOf(said.reading, value ?? name);
    if (only) said.only = only;
  },
  port: takePort,
  rport: takePort,
  dev: takeDevice,
  "dev-type": (said, [value], name) => {
    if (value?.text === "tun") said.isTun = true;
    else refuseTap(said, value ?? name);
  },
  user: takeUser,
  mark: takeMark,
  "disable-dco": (said) => {
    said.disablesDco = true;
  },
  float: ({ reading }, _, name) =>
    reading.note("left out", "`float`: only the servers that the policy names may answer", name),
  ifconfig: takeAddress,
  "ifconfig-ipv6": takeAddress,
  "redirect-gateway": takeRedirect,
  route: takeRoute,
  "route-ipv6": takeRoute,
  "block-ipv6": ({ reading }, _, name) =>
    reading.note("left out", "`block-ipv6`: see the `ipv6` line of the policy", name),
  "dhcp-option": takeDhcpOption,
  dns: takeDns,
  ...managementOptions,
};

const known = new Map(Object.entries(options));
const programs: ReadonlySet<string> = new Set(commands);
const passive: ReadonlySet<string> = new Set(ignored);

export const looksLikeOpenvpn = (text: string): boolean =>
  /^[^\S\n]*(?:--)?(?:client|dev|dev-type|remote|proto|tls-client)(?:\s|$)/im.test(text) ||
  /^[^\S\n]*<(?:connection|ca|key)>/im.test(text);

/** Reads a configuration of openvpn(8); no configuration after a message. */
export function readOpenvpn(source: Source): { readonly reading: Reading; readonly configuration?: Configuration } {
  const reading = new Reading(source);
  const stem = fileStem(source.file);
  const said: Said = {
    reading,
    stem,
    port: 1194,
    protocol: "udp",
    remotes: [],
    profiles: [],
    addresses: [],
    routes: [],
    resolvers: [],
    isTun: false,
    disablesDco: false,
    pulls: false,
    pullsRoutes: true,
    hasManager: false,
  };
  takeAll(said, optionsOf(reading, linesOf(source.text)));
  const servers = serversOf(said);
  const device = deviceOf(said);
  if (device === undefined || reading.diagnostics.length > 0) return { reading };
  const identity = identityOf(said);
  const carries = carriedBy(said);
  const channel = channelOf(said);
  return {
    reading,
    configuration: {
      protocol: "openvpn",
      file: source.file,
      device,
      servers,
      ...(identity && { identity }),
      addresses: said.pulls || said.addresses.length === 0 ? "assigned" : said.addresses,
      ...(carries && { carries }),
      named: addressSet(said.routes.filter((range) => (prefixLength(range) ?? 2) > 1)),
      resolvers: said.resolvers,
      ...(channel !== undefined && { channel }),
    },
  };
}

function takeAll(said: Said, found: readonly Option[]): void {
  for (const option of found) {
    const { name } = option;
    if (option.kind === "block") {
      if (name.text === "connection") takeConnection(said, name, option.options);
      else if (passive.has(name.text)) said.reading.show(name);
      else refuseUnknown(said.reading, name);
      continue;
    }
    const take = known.get(name.text);
    if (take) {
      said.reading.show(name);
      take(said, option.values, name);
    } else if (passive.has(name.text)) said.reading.show(name);
    else if (programs.has(name.text)) noteProgram(said.reading, name);
    else if (!refuse(said.reading, name.text, name)) refuseUnknown(said.reading, name);
  }
}

function noteProgram(reading: Reading, name: Word): void {
  reading.show(name);
  reading.note(
    "left out",
    `the program of \`${name.text}\`: ksp does not judge it; firewall rules of its own may go`,
    name,
  );
}

/** Options before a block are its defaults; what it says stays inside. */
function takeConnection(said: Said, name: Word, inner: readonly Option[]): void {
  said.reading.show(name);
  const profile: Said = { ...said, remotes: [], profiles: [] };
  takeAll(profile, inner);
  said.profiles.push(...endpoints(profile, profile.remotes));
}

const refuseUnknown = (reading: Reading, name: Word): undefined =>
  reading.refuse(
    "this option",
    name,
    "nothing that openvpn(8) lists for clients",
    "remove the line, where it is not needed",
  );

function takeDevice(said: Said, [value]: readonly Word[], name: Word): void {
  const { reading } = said;
  if (!value || !/^[a-zA-Z0-9_.-]{1,15}$/.test(value.text)) {
    reading.malformed("`dev`", "it names no interface", value ?? name);
    return;
  }
  if (value.text === "null") {
    reading.refuse("`dev null`", value, "a tunnel without an interface", "name an interface, such as `dev tun0`");
    return;
  }
  reading.show(value);
  said.device = value;
  if (value.text.startsWith("tap")) refuseTap(said, value);
  if (value.text.startsWith("tun")) said.isTun = true;
}

const refuseTap = ({ reading }: Said, at: Word): undefined =>
  reading.refuse(
    "a `tap` interface",
    at,
    "it carries Ethernet frames, which rules about IP addresses do not hold",
    "use `dev tun`, where the server can",
  );

/** `dev tun` takes the first free number, so a rule could mean another tunnel tomorrow. */
function deviceOf({ reading, device, isTun, stem }: Said): string | undefined {
  if (!device || !isTun) {
    const at = device ?? { text: "", start: 0 };
    const help = "write `dev tun0`, or another name and `dev-type tun`";
    if (reading.diagnostics.length > 0) return undefined;
    return reading.refuse("a configuration without a `tun` interface", at, "nothing that rules could name", help);
  }
  if (device.text !== "tun") return device.text;
  const name = `ovpn-${nameLike(stem, "vpn", 10)}`;
  reading.note(
    "to do",
    `write \`dev ${name}\` and \`dev-type tun\` in place of \`dev tun\`, whose number may change`,
    device,
  );
  return name;
}

function takeUser(said: Said, [value]: readonly Word[], name: Word): void {
  if (value && /^[a-z_][a-z0-9_.-]{0,31}$/i.test(value.text)) {
    said.reading.show(value);
    said.user = value;
  } else said.reading.malformed("`user`", "it names no user", value ?? name);
}

/** OpenVPN reads decimal figures only. */
function takeMark(said: Said, [value]: readonly Word[], name: Word): void {
  const mark = value && /^[0-9]{1,10}$/.test(value.text) ? Number(value.text) : Number.NaN;
  if (!(mark <= 0xffffffff)) said.reading.malformed("`mark`", "a mark is a decimal number of 32 bits", value ?? name);
  else if (mark !== 0) said.mark = mark;
}

/** The mark first: the first socket of OpenVPN is root's, and only later ones are its `user`'s. */
function identityOf({ reading, mark, user, disablesDco }: Said): Identity | undefined {
  if (mark !== undefined) {
    if (!disablesDco)
      reading.note(
        "to do",
        "add `disable-dco`: the offload in the kernel loses the mark after the handshake, and the tunnel stalls",
      );
    return { kind: "mark", value: mark, by: "configuration" };
  }
  if (!user) return undefined;
  return { kind: "user-name", name: user.text, at: reading.span(user) };
}
