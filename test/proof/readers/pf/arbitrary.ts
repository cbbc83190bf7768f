import fc from "fast-check";
import type { Interface, Packet } from "../../../../src/ir/packet.ts";
import { constant } from "../../../../src/net/parse-net.ts";
import { rulesetOf } from "../../../../src/proof/readers/pf/expand.ts";
import type { Program } from "../../../../src/proof/readers/pf/program.ts";
import { readText } from "../../../../src/proof/readers/pf/read-text.ts";
import type { Macros } from "../../../../src/proof/readers/pf/tokens.ts";

const pick = <const T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const maybe = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(""), text);
const words = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join(" ");

const hosts = {
  4: ["10.0.0.0/8", "10.0.0.1", "192.0.2.7", "! 10.0.0.1", "{ 10.0.0.1 192.0.2.0/24 }", "{ 10.0.0.0/8, !10.0.0.1 }"],
  6: ["fd00::/8", "fd00::1", "! fd00::1"],
} as const;
const ports = [
  "53",
  "53:53",
  "= 443",
  "!= 53",
  ">= 1000",
  "< 443",
  "50 >< 60",
  "50 <> 443",
  "1000:2000",
  "{ 53 443:443 }",
];

/** What stands behind proto, and what may be asked then. */
const asked = (version: 4 | 6): fc.Arbitrary<readonly [proto: string, port: string, options: string]> => {
  const owner = maybe(pick("user 0", "user { 0 501 }", "user != 501", "user unknown", "user != unknown", "group 20"));
  const port = maybe(pick(...ports).map((each) => `port ${each}`));
  const flags = maybe(pick("flags any", "flags S/SA"));
  const types = { 4: ["icmp-type 8", "icmp-type { 0 3 }"], 6: ["icmp6-type 134 code 0", "icmp6-type echoreq"] }[
    version
  ];
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc.constant(""),
        fc.constant(""),
        fc.tuple(owner, flags).map((each) => words(...each)),
      ),
    },
    fc.tuple(
      fc.constant("proto tcp"),
      port,
      fc.tuple(owner, flags).map((each) => words(...each)),
    ),
    fc.tuple(pick("proto udp", "proto { udp tcp }"), port, owner),
    fc.tuple(fc.constant(`proto ${version === 4 ? "icmp" : "ipv6-icmp"}`), fc.constant(""), maybe(pick(...types))),
    fc.tuple(pick("proto 2", "proto esp"), fc.constant(""), maybe(fc.constant("allow-opts"))),
  );
};

const rule: fc.Arbitrary<string> = pick(4, 6).chain((version) => {
  const host = fc.oneof(
    { weight: 4, arbitrary: fc.constant("any") },
    { weight: 1, arbitrary: pick(...hosts[version]) },
    { weight: 1, arbitrary: pick("<t>", "! <t>", "<missing>", "! <missing>") },
  );
  return fc
    .record({
      action: pick("pass", "pass", "block drop", "block drop", "block return"),
      direction: maybe(pick("in", "out")),
      quick: maybe(fc.constant("quick")),
      on: maybe(pick("on en0", "on en1", "on ! en0", "on ! en0", "on lo0", "on ! lo0", "on { en0 en1 }")),
      asked: asked(version),
      from: host,
      to: host,
      state: pick("", "", "no state", "keep state", "keep state (if-bound)", "keep state (if-bound)"),
      fragment: fc.nat(7).map((n) => (n === 0 ? "fragment" : "")),
    })
    .map(({ action, direction, quick, on, asked: [proto, port, options], from, to, state, fragment }) =>
      words(
        action,
        direction,
        quick,
        on,
        version === 4 ? "inet" : "inet6",
        proto,
        `from ${from} to ${to}`,
        port,
        options,
        action === "pass" ? state : "",
        fragment,
      ),
    );
});

const anchor = fc
  .tuple(
    maybe(fc.constant("in")),
    maybe(fc.constant("quick")),
    maybe(pick("on en0", "on ! en0")),
    pick("a", "x/*", "none"),
  )
  .map(([direction, quick, on, path]) => words(`anchor "${path}"`, direction, quick, on));

const lines = (line: fc.Arbitrary<string>, most: number): fc.Arbitrary<string> =>
  fc.array(line, { maxLength: most, size: "max" }).map((all) => all.map((each) => `${each}\n`).join(""));

export interface Texts {
  readonly [path: string]: string;
}
/** A main ruleset, an anchor, and two children of another one, of which the second is walked first. */
export const texts: fc.Arbitrary<Texts> = fc.record({
  "": fc
    .tuple(lines(fc.oneof({ weight: 2, arbitrary: rule }, { weight: 1, arbitrary: anchor }), 8))
    .map(([text]) => `table <t> { 10.0.0.0/8 !10.0.0.0/9 fd00::/16 }\n${text}`),
  a: lines(rule, 4).map((text) => `table <t> { 192.0.2.0/24 }\n${text}`),
  "x/2": lines(rule, 3),
  "x/1": lines(rule, 3),
  "x/1/deep": lines(rule, 1),
});

export const programOf = (all: Texts, macros: Macros = new Map()): Program =>
  new Map(Object.entries(all).map(([path, text]) => [path, rulesetOf(readText(text, { macros }))]));

const address = (text: string): bigint => constant(text)[0]?.first ?? 0n;
const addresses = {
  4: ["10.0.0.1", "10.0.0.2", "10.200.0.1", "192.0.2.7", "192.0.2.8", "8.8.8.8"].map(address),
  6: ["fd00::1", "fd00::2", "fdff::1", "2001:db8::1"].map(address),
} as const;
const devices: readonly Interface[] = [
  { name: "en0" },
  { name: "en1" },
  { name: "utun9" },
  { name: "lo", kind: "loopback" },
];

/** At the boundaries of those rules. Errors about a flow are left out. */
export const packets: fc.Arbitrary<Packet> = pick(4, 6).chain((version) =>
  fc
    .record({
      direction: pick("in", "out", "forward"),
      source: pick(...addresses[version]),
      destination: pick(...addresses[version]),
      payload: payload(version),
      connection: pick("new", "established-original", "established-reply"),
      devices: fc.tuple(fc.constantFrom(...devices), fc.constantFrom(...devices)),
      user: pick(undefined, 0, 501, 777),
    })
    .map(
      ({ direction, devices: [first, second], user, ...rest }): Packet => ({
        ...rest,
        direction,
        family: version === 4 ? "ipv4" : "ipv6",
        ...(direction !== "out" && { inInterface: first }),
        ...(direction !== "in" && { outInterface: second }),
        sourceLocality: "elsewhere",
        destinationLocality: "elsewhere",
        hopLimit: 64,
        owner: { mark: 0, ...(user !== undefined && direction !== "forward" && { user }) },
      }),
    ),
);

const payload = (version: 4 | 6): fc.Arbitrary<Packet["payload"]> => {
  const port = pick(53, 443, 55, 1000, 1500, 3000);
  const icmp = version === 4 ? 1 : 58;
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ protocol: pick(6, 17), sourcePort: port, destinationPort: port }) },
    { weight: 2, arbitrary: fc.record({ protocol: fc.constant(icmp), icmpType: pick(0, 3, 8, 128, 134, 1) }) },
    { weight: 1, arbitrary: fc.record({ protocol: pick(2, 50) }) },
    { weight: 1, arbitrary: fc.record({ protocol: pick(6, 17, icmp) }) },
  );
};
