import { parseAddress } from "../net/address.ts";
import type { Endpoint } from "./configuration.ts";
import { type Protocol, type Remote, refuse, type Said } from "./openvpn-said.ts";
import { helper, hostOf, isLoopback, portOf, type Reading, type Word } from "./reading.ts";

export function protocolOf(reading: Reading, word: Word): Protocol | undefined {
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

export function takePort(said: Said, [value]: readonly Word[], name: Word): void {
  said.port = numberOfPort(said.reading, value ?? name) ?? said.port;
}

export function takeRemote(said: Said, [host, port, protocol]: readonly Word[], name: Word): void {
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

export function endpoints(said: Said, remotes: readonly Remote[]): readonly Endpoint[] {
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

export function serversOf(said: Said): readonly Endpoint[] {
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
