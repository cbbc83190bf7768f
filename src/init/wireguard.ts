import type { Source } from "../diagnostics/span.ts";
import { type Address, parseAddress } from "../net/address.ts";
import { type AddressRange, addressSet, prefixLength } from "../net/address-set.ts";
import type { Configuration, Endpoint } from "./configuration.ts";
import { deviceName } from "./names.ts";
import {
  helper,
  hostOf,
  isLoopback,
  itemsOf,
  linesOf,
  networkOf,
  portOf,
  Reading,
  trimmed,
  type Word,
} from "./reading.ts";

/** wg-quick's, where a default route stands and no mark (51820, the port's number). */
const wgQuickMark = 0xca6c;

/** What the lines said so far. */
interface Said {
  readonly reading: Reading;
  readonly addresses: Address[];
  readonly resolvers: Address[];
  readonly servers: Endpoint[];
  readonly allowed: AddressRange[];
  /** `0.0.0.0/0` or `::/0`, literally: two halves make wg-quick set no mark. */
  hasDefault: boolean;
  mark?: number;
  isTableOff: boolean;
}
type Take = (said: Said, value: Word, key: Word) => void;

const nothing: Take = () => {};

/** wg(8) and wg-quick(8), in small letters: they read keys in any case. */
export const interfaceKeys: Readonly<Record<string, Take>> = {
  privatekey: nothing,
  mtu: nothing,
  saveconfig: nothing,
  listenport: ({ reading }, _, key) =>
    reading.note(
      "left out",
      "`ListenPort`: nothing comes in unasked, and what the server answers comes in anyway",
      key,
    ),
  fwmark: takeMark,
  address: takeAddress,
  dns: takeDns,
  table: takeTable,
  preup: takeCommand,
  postup: takeCommand,
  predown: takeCommand,
  postdown: takeCommand,
};
export const peerKeys: Readonly<Record<string, Take>> = {
  publickey: nothing,
  presharedkey: nothing,
  persistentkeepalive: nothing,
  endpoint: takeEndpoint,
  allowedips: takeAllowed,
};

export const looksLikeWireguard = (text: string): boolean =>
  /^[^\S\n]*\[[^\S\n]*(?:interface|peer)[^\S\n]*\]/im.test(text);

/** Reads a configuration of wg(8) or wg-quick(8); undefined after a message. */
export function readWireguard(source: Source): { readonly reading: Reading; readonly configuration?: Configuration } {
  const reading = new Reading(source);
  const said: Said = {
    reading,
    addresses: [],
    resolvers: [],
    servers: [],
    allowed: [],
    hasDefault: false,
    isTableOff: false,
  };
  readLines(said);
  if (reading.diagnostics.length > 0) return { reading };
  const { servers, allowed, mark } = said;
  const byWgQuick = said.hasDefault && !said.isTableOff;
  const value = mark ?? (byWgQuick ? wgQuickMark : undefined);
  const configuration: Configuration = {
    protocol: "wireguard",
    file: source.file,
    device: deviceName(source.file) ?? "wg0",
    servers,
    ...(value !== undefined && {
      identity: { kind: "mark", value, by: mark === undefined ? "wg-quick" : "configuration" },
    }),
    ...(said.addresses.length > 0 && { addresses: said.addresses }),
    ...(allowed.length > 0 && { carries: addressSet(allowed) }),
    named: addressSet(allowed.filter((range) => (prefixLength(range) ?? 2) > 1)),
    resolvers: said.resolvers,
  };
  if (deviceName(source.file) === undefined)
    reading.note(
      "to do",
      `name the file \`${configuration.device}.conf\`: wg-quick calls the interface after its file`,
    );
  return { reading, configuration };
}

function readLines(said: Said): void {
  const { reading } = said;
  let keys: Readonly<Record<string, Take>> | undefined;
  let isUnknown = false;
  let interfaces = 0;
  let peer: { readonly head: Word; readonly servers: number } | undefined;
  const leavePeer = () => {
    if (peer && said.servers.length === peer.servers)
      reading.note("left out", "a peer without `Endpoint`: this machine never calls it", peer.head);
  };
  for (const whole of linesOf(reading.source.text)) {
    const line = trimmed({ ...whole, text: whole.text.replace(/#[\s\S]*/, "") });
    if (line.text === "") continue;
    const section = /^\[\s*(interface|peer)\s*\]$/i.exec(line.text)?.[1]?.toLowerCase();
    if (section !== undefined) {
      reading.show(line);
      leavePeer();
      isUnknown = false;
      keys = section === "peer" ? peerKeys : interfaceKeys;
      peer = section === "peer" ? { head: line, servers: said.servers.length } : undefined;
      if (section === "interface" && ++interfaces === 2)
        reading.refuse("a second `[Interface]`", line, "one file is one tunnel", "put it in a file of its own");
    } else if (line.text.startsWith("[")) {
      // What stands in it is not judged: one mistake, one message.
      isUnknown = true;
      reading.malformed("this section", "there is `[Interface]` and `[Peer]`, and no other", line);
    } else if (!isUnknown) readKey(said, keys, line);
  }
  leavePeer();
  if (reading.diagnostics.length > 0) return;
  const all = { text: "", start: 0 };
  if (interfaces === 0)
    reading.refuse("a configuration without `[Interface]`", all, "it describes peers of no tunnel", "add the section");
  else if (said.servers.length === 0)
    reading.refuse(
      "a configuration without `Endpoint`",
      all,
      "a server's: it waits for others to call",
      "import the configuration of the machine that calls; ksp guards the side that is on the way out",
    );
}

function readKey(said: Said, keys: Readonly<Record<string, Take>> | undefined, line: Word): void {
  const equals = line.text.indexOf("=");
  if (equals < 0 || !keys) {
    said.reading.malformed("this line", keys ? "it is no `Key = value`" : "it stands before `[Interface]`", line);
    return;
  }
  const key = trimmed({ text: line.text.slice(0, equals), start: line.start });
  const value = trimmed({ text: line.text.slice(equals + 1), start: line.start + equals + 1 });
  const take = new Map(Object.entries(keys)).get(key.text.toLowerCase());
  if (!take) {
    said.reading.refuse(
      "this key",
      key,
      "neither wg nor wg-quick knows it in this section",
      "remove the line, where it is not needed; other programs than WireGuard show other packets",
    );
    return;
  }
  said.reading.show(key);
  take(said, value, key);
}

function takeMark(said: Said, value: Word): void {
  if (/^off$/i.test(value.text)) return;
  const mark = /^(?:0x[0-9a-f]{1,8}|[0-9]{1,10})$/i.test(value.text) ? Number(value.text) : Number.NaN;
  if (!(mark <= 0xffffffff)) said.reading.malformed("`FwMark`", "a mark is a number of 32 bits", value);
  else if (mark !== 0) said.mark = mark;
}

function takeAddress({ reading, addresses }: Said, value: Word): void {
  for (const item of itemsOf(value)) {
    const address = networkOf(item.text) && parseAddress(item.text.replace(/\/.*/, ""));
    if (!address) reading.malformed("`Address`", "a part of it is no address", item);
    else {
      reading.show(item);
      addresses.push(address);
    }
  }
}

/** wg-quick's own test: everything else in `DNS` is a search domain. */
const isAddressLike = (text: string): boolean => /^[0-9.]+$|:/.test(text);

function takeDns({ reading, resolvers }: Said, value: Word, key: Word): void {
  if (itemsOf(value).some(({ text }) => !isAddressLike(text)))
    reading.note("left out", "search domains of `DNS`: they are the resolver's matter, not the firewall's", key);
  for (const item of itemsOf(value)) {
    if (!isAddressLike(item.text)) continue;
    const address = parseAddress(item.text);
    if (!address) reading.malformed("`DNS`", "a part of it is no address", item);
    else {
      reading.show(item);
      resolvers.push(address);
    }
  }
}

/** A table of its own means that rules outside this file choose the traffic, while a kill switch closes the whole machine. */
function takeTable(said: Said, value: Word, key: Word): void {
  const table = value.text.toLowerCase();
  said.isTableOff = table === "off";
  if (table === "off") said.reading.note("to do", "`Table = off`: the routes into the tunnel stay yours to set", key);
  else if (table !== "auto")
    said.reading.refuse(
      "a routing table of its own",
      value,
      "`ip rule` chooses what goes in, and this file does not hold those rules",
      "import without `Table`, and write `allow out …` for what shall leave outside the tunnel",
    );
}

/** A command may hold a secret, so it is judged and never repeated. */
function takeCommand({ reading }: Said, { text }: Word, key: Word): void {
  const isFirewall = /\b(?:ip6?tables|nft)\b/.test(text);
  if (isFirewall && /\b(?:reject|drop)\b/i.test(text))
    reading.note(
      "to do",
      `remove \`${key.text}\`: this kill switch is replaced by ksp, which stays closed when the tunnel goes`,
      key,
    );
  else if (isFirewall)
    reading.note(
      "left out",
      `firewall rules of \`${key.text}\`: say what they open with \`allow\` or \`forward\``,
      key,
    );
  else if (/\bip\s+(?:-[46]\s+)?(?:rule|route)\b/.test(text))
    reading.note("left out", `routes of \`${key.text}\`: they stay yours`, key);
  else reading.note("left out", `the command of \`${key.text}\`: ksp does not judge it`, key);
}

function takeEndpoint({ reading, servers }: Said, value: Word, key: Word): void {
  // wg drops blanks inside a value, too.
  const parts = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([0-9]+)$/.exec(value.text.replace(/\s+/g, ""));
  const port = portOf(parts?.[3] ?? "");
  const host = hostOf(parts?.[1] ?? parts?.[2] ?? "");
  const needsBrackets = typeof host === "object" && host.family === "ipv6";
  if (port === undefined || host === undefined || needsBrackets !== (parts?.[1] !== undefined))
    reading.malformed("`Endpoint`", "it is no `address:port`, `[IPv6]:port` or `name:port` with a number", value);
  else if (isLoopback(host)) reading.refuse("an endpoint on this machine", key, helper.label, helper.help);
  else servers.push({ host, protocol: "udp", port, at: reading.show(value) });
}

function takeAllowed(said: Said, value: Word): void {
  for (const item of itemsOf(value)) {
    const net = networkOf(item.text);
    if (!net) {
      said.reading.malformed("`AllowedIPs`", "a part of it is no address or prefix", item);
      continue;
    }
    said.reading.show(item);
    said.allowed.push(net);
    if (prefixLength(net) === 0) said.hasDefault = true;
  }
}
