import { protocolNumbers } from "../readers/iptables/words.ts";
import type { IpFamily } from "../readers/nft/program.ts";
import { type IpSets, rangesOf } from "./ipset.ts";
import type { Part } from "./iptables-words.ts";
import type { Test } from "./rules.ts";
import { either, known, negated } from "./test-forms.ts";

/** What is known where a rule stands. */
export interface Context {
  /** Both where a listing does not tell. */
  readonly families: readonly IpFamily[];
  readonly sets: IpSets;
}

/** Rules of others are about more than ours; as `/etc/protocols` names them. */
const protocols: Readonly<Record<string, number>> = {
  ...protocolNumbers,
  hopopt: 0,
  ipencap: 4,
  dccp: 33,
  "ipv6-route": 43,
  "ipv6-frag": 44,
  rsvp: 46,
  "ipv6-nonxt": 59,
  "ipv6-opts": 60,
  eigrp: 88,
  ospf: 89,
  ipip: 94,
  etherip: 97,
  pim: 103,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
  isis: 124,
  "mobility-header": 135,
  "mpls-in-ip": 137,
  hip: 139,
};
export const protocolOf = (name: string): number | undefined =>
  protocols[name] ?? (/^\d{1,3}$/.test(name) && Number(name) < 256 ? Number(name) : undefined);

/** `-s`, `-d`, `-i`, `-o`, `-p`, `-f`; undefined where it cannot be read. */
export function testOfOption({ option, values, isNegated }: Part, { families }: Context): Test | undefined {
  const [value = ""] = values;
  switch (option) {
    case "-s":
    case "-d": {
      const test = addressTest(option === "-s" ? "source" : "destination", [value], families);
      return test && negated(test, isNegated);
    }
    case "-i":
    case "-o": {
      const isPrefix = value.endsWith("+");
      const names = [{ name: isPrefix ? value.slice(0, -1) : value, isPrefix }];
      return names[0]?.name === ""
        ? { kind: isNegated ? "never" : "always" }
        : known({ kind: "name", side: option === "-i" ? "in" : "out", names, isNegated });
    }
    case "-p": {
      const number = protocolOf(value);
      return number === undefined
        ? undefined
        : known({ kind: "protocol", spans: [{ first: number, last: number }], isNegated });
    }
    case "-f":
      return known({ kind: "later", family: "ipv4" });
    default:
      return undefined;
  }
}

/** Of whichever family the addresses are. */
export function addressTest(
  end: "source" | "destination",
  texts: readonly string[],
  families: readonly IpFamily[],
): Test | undefined {
  const all = families.flatMap((family) => {
    const among = rangesOf(family, texts);
    return among ? [known({ kind: "address", end, family, among, isNegated: false })] : [];
  });
  return all.length === 0 ? undefined : either(all);
}
