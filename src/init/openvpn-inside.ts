import { families, formatAddress, parseAddress } from "../net/address.ts";
import { addressSet, everything, prefixLength } from "../net/address-set.ts";
import type { Configuration } from "./configuration.ts";
import type { Said } from "./openvpn-said.ts";
import { networkOf, type Word } from "./reading.ts";

export function takeAddress(said: Said, [value]: readonly Word[], name: Word): void {
  const address = value && parseAddress(value.text.replace(/\/[0-9]{1,3}$/, ""));
  if (!address) said.reading.malformed(`\`${name.text}\``, "it has no address of this machine", value ?? name);
  else {
    said.reading.show(value);
    said.addresses.push(address);
  }
}

export function takeRedirect({ routes }: Said, values: readonly Word[]): void {
  const flags = values.map(({ text }) => text);
  if (!flags.includes("!ipv4")) routes.push(everything("ipv4"));
  if (flags.includes("ipv6")) routes.push(everything("ipv6"));
}

/** `route NETWORK [NETMASK [GATEWAY]]`, `route-ipv6 NETWORK/BITS [GATEWAY]`. */
export function takeRoute(said: Said, values: readonly Word[], name: Word): void {
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
export function carriedBy({ routes, pulls, pullsRoutes }: Said): Configuration["carries"] {
  const set = addressSet(routes);
  const hasDefault = families.some((family) =>
    routes.some((range) => range.family === family && prefixLength(range) === 0),
  );
  if (hasDefault || (set.length > 0 && !(pulls && pullsRoutes))) return set;
  return undefined;
}

export function takeDhcpOption(said: Said, [type, value]: readonly Word[], name: Word): void {
  if (type && /^DNS6?$/i.test(type.text)) takeResolver(said, value ?? name);
  else said.reading.note("left out", "a `dhcp-option` that names no resolver", name);
}

/** `dns server N address ADDRESS…`; a port behind an address means that it is not asked on port 53. */
export function takeDns(said: Said, [what, , part, ...values]: readonly Word[], name: Word): void {
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
