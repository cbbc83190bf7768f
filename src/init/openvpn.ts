import type { Source } from "../diagnostics/span.ts";
import { type Address, families, formatAddress, parseAddress } from "../net/address.ts";
import { type AddressRange, addressSet, everything, prefixLength } from "../net/address-set.ts";
import type { Configuration, Endpoint, Identity } from "./configuration.ts";
import { fileStem, nameLike } from "./names.ts";
import { commands, ignored, refused } from "./openvpn-options.ts";
import { type Option, optionsOf } from "./openvpn-words.ts";
import { helper, hostOf, isLoopback, linesOf, networkOf, portOf, Reading, type Word } from "./reading.ts";

interface Remote {
  readonly host: Word;
  readonly port?: number;
  readonly protocol?: Protocol;
}
type Protocol = "tcp" | "udp";

/** What `remote` lines leave open. */
interface Defaults {
  port: number;
  protocol: Protocol;
}

/** What the options said so far. */
interface Said extends Defaults {
  readonly reading: Reading;
  readonly stem: string;
  readonly remotes: Remote[];
  /** Of `<connection>` blocks; where there is one, `remote` lines outside count for nothing. */
  readonly profiles: Endpoint[];
  readonly addresses: Address[];
  readonly routes: AddressRange[];
  readonly resolvers: Address[];
  device?: Word;
  isTun: boolean;
  pulls: boolean;
  pullsRoutes: boolean;
  mark?: number;
  user?: Word;
  only?: Protocol;
}
type Take = (said: Said, values: readonly Word[], name: Word) => void;

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
};

const known = new Map(Object.entries(options));
const passive: ReadonlySet<string> = new Set(ignored);
const refusals = new Map(Object.entries(refused));

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
    pulls: false,
    pullsRoutes: true,
  };
  takeAll(said, optionsOf(reading, linesOf(source.text)));
  const servers = serversOf(said);
  const device = deviceOf(said);
  if (device === undefined || reading.diagnostics.length > 0) return { reading };
  const identity = identityOf(said);
  const carries = carriedBy(said);
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
    if (!take && !passive.has(name.text) && !commands.includes(name.text) && !refusals.has(name.text)) {
      refuseUnknown(said.reading, name);
      continue;
    }
    said.reading.show(name);
    if (take) take(said, option.values, name);
    else if (refusals.has(name.text)) refuse(said.reading, name.text, name);
    else if (commands.includes(name.text))
      said.reading.note(
        "left out",
        `the program of \`${name.text}\`: ksp does not judge it; firewall rules of its own may go`,
        name,
      );
  }
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

function refuse(reading: Reading, option: string, at: Word): void {
  const refusal = refusals.get(option);
  if (refusal) reading.refuse(`\`${at.text}\``, at, refusal.label, refusal.help);
}

// ---- servers -------------------------------------------------------------------------------------------------------

function protocolOf(reading: Reading, word: Word): Protocol | undefined {
  const protocol = /^(udp|tcp)[46]?(-client)?$/.exec(word.text);
  if (protocol && (protocol[1] === "tcp" || protocol[2] === undefined)) {
    reading.show(word);
    return protocol[1] === "tcp" ? "tcp" : "udp";
  }
  if (/^tcp[46]?-server$/.test(word.text)) refuse(reading, "server", word);
  else reading.malformed("the protocol", "it is none of `udp`, `tcp` and `tcp-client`, with or without a 4 or 6", word);
  return undefined;
}

function numberOfPort(reading: Reading, word: Word): number | undefined {
  const port = portOf(word.text);
  if (port === undefined) return reading.malformed("the port", "it is no number from 1 to 65535", word);
  reading.show(word);
  return port;
}

function takePort(said: Said, [value]: readonly Word[], name: Word): void {
  said.port = numberOfPort(said.reading, value ?? name) ?? said.port;
}

function takeRemote(said: Said, [host, port, protocol]: readonly Word[], name: Word): void {
  const { reading } = said;
  const bare = host && /^\[[0-9a-f:.]+\]$/i.test(host.text) ? host.text.slice(1, -1) : (host?.text ?? "");
  if (!host || hostOf(bare) === undefined) {
    reading.malformed("`remote`", "it names neither an address nor a host", host ?? name);
    return;
  }
  const number = port && numberOfPort(reading, port);
  const chosen = protocol && protocolOf(reading, protocol);
  reading.show(host);
  said.remotes.push({
    host: { ...host, text: bare },
    ...(number !== undefined && { port: number }),
    ...(chosen && { protocol: chosen }),
  });
}

function endpoints(said: Said, remotes: readonly Remote[]): readonly Endpoint[] {
  return remotes.flatMap(({ host, port, protocol }) => {
    const endpoint: Endpoint = {
      host: parseAddress(host.text) ?? host.text,
      protocol: protocol ?? said.protocol,
      port: port ?? said.port,
      at: said.reading.span(host),
    };
    if (isLoopback(endpoint.host)) said.reading.refuse("a server on this machine", host, helper.label, helper.help);
    return endpoint;
  });
}

function serversOf(said: Said): readonly Endpoint[] {
  const { reading, profiles, remotes, only } = said;
  const inProfiles = profiles.length > 0;
  if (inProfiles)
    for (const { host } of remotes)
      reading.note("left out", "a `remote` outside `<connection>`: OpenVPN passes it over, too", host);
  const all = inProfiles ? profiles : endpoints(said, remotes);
  const servers = all.filter(({ protocol }) => only === undefined || protocol === only);
  if (servers.length === 0 && reading.diagnostics.length === 0)
    reading.refuse(
      "a configuration without `remote`",
      { text: "", start: 0 },
      "it names no server to call",
      "import the configuration of the machine that calls",
    );
  return servers;
}

// ---- interface and identity ----------------------------------------------------------------------------------------

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
  const at = device ?? { text: "", start: 0 };
  if (!device) return reading.malformed("the file", "it has no `dev`", at);
  if (!isTun)
    return reading.malformed("`dev`", "the name does not begin with `tun`, and no `dev-type` says what it is", at);
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
function identityOf({ reading, mark, user }: Said): Identity | undefined {
  if (mark !== undefined) return { kind: "mark", value: mark, by: "configuration" };
  if (!user) return undefined;
  return { kind: "user-name", name: user.text, at: reading.span(user) };
}

// ---- what goes in --------------------------------------------------------------------------------------------------

function takeAddress(said: Said, [value]: readonly Word[], name: Word): void {
  const address = value && parseAddress(value.text.replace(/\/[0-9]{1,3}$/, ""));
  if (!address) said.reading.malformed(`\`${name.text}\``, "it has no address of this machine", value ?? name);
  else {
    said.reading.show(value);
    said.addresses.push(address);
  }
}

function takeRedirect({ routes }: Said, values: readonly Word[]): void {
  const flags = values.map(({ text }) => text);
  if (!flags.includes("!ipv4")) routes.push(everything("ipv4"));
  if (flags.includes("ipv6")) routes.push(everything("ipv6"));
}

/** `route NETWORK [NETMASK [GATEWAY]]`, `route-ipv6 NETWORK/BITS [GATEWAY]`. */
function takeRoute(said: Said, values: readonly Word[], name: Word): void {
  const { reading } = said;
  const [network, mask] = values;
  if (values.some(({ text }) => text.startsWith("net_gateway"))) {
    reading.note("left out", `a \`${name.text}\` outside the tunnel: \`allow out to …\` would open it`, name);
    return;
  }
  const length = name.text === "route" ? maskLength(mask?.text ?? "default") : undefined;
  const net = network && networkOf(length === undefined ? network.text : `${network.text}/${length}`);
  if (!net) reading.malformed(`\`${name.text}\``, "it names no network by its address", network ?? name);
  else {
    reading.show(network);
    said.routes.push(net);
  }
}

/** Undefined where the ones of a mask do not stand in front. */
function maskLength(mask: string): number | undefined {
  if (mask === "default") return 32;
  const address = parseAddress(mask);
  if (address?.family !== "ipv4") return undefined;
  const ones = address.value.toString(2).padStart(32, "0").replace(/0+$/, "");
  return ones.includes("0") ? undefined : ones.length;
}

/** Unknown where the server may add routes to those of the file. */
function carriedBy({ routes, pulls, pullsRoutes }: Said): Configuration["carries"] {
  const set = addressSet(routes);
  const hasDefault = families.some((family) =>
    routes.some((range) => range.family === family && prefixLength(range) === 0),
  );
  if (hasDefault || (set.length > 0 && !(pulls && pullsRoutes))) return set;
  return undefined;
}

function takeDhcpOption(said: Said, [type, value]: readonly Word[], name: Word): void {
  if (type && /^DNS6?$/i.test(type.text)) takeResolver(said, value ?? name);
  else said.reading.note("left out", "a `dhcp-option` that names no resolver", name);
}

/** `dns server N address ADDRESS…`; a port behind an address means that it is not asked on port 53. */
function takeDns(said: Said, [what, , part, ...values]: readonly Word[], name: Word): void {
  if (what?.text === "server" && part?.text === "address") for (const value of values) takeResolver(said, value);
  else said.reading.note("left out", "a `dns` line that names no resolver", name);
}

function takeResolver({ reading, resolvers }: Said, value: Word): void {
  const address = parseAddress(value.text);
  if (!address) {
    reading.malformed("the resolver", "it is no address", value);
    return;
  }
  reading.show(value);
  if (!resolvers.some((other) => formatAddress(other) === formatAddress(address))) resolvers.push(address);
}
