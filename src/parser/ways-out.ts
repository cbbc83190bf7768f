import type { IToken } from "chevrotain";
import * as t from "./tokens.ts";
import { kw } from "./tokens.ts";
import type { Expectation } from "./walk.ts";

/** Words of other firewalls for whatever there is. */
const anything = /^(any|all|anywhere|anything|everything|everywhere|internet)$/;

/** What is meant by a word that other firewalls know and this language does not, where no edit is sure. */
export function wayOut(tokens: readonly IToken[], index: number, { types }: Expectation): string | undefined {
  const [token, before] = [tokens[index], tokens[index - 1]];
  if (!token || !before) {
    const isAlone = tokens[0]?.image === "chain" && types.includes(t.ARROW);
    return isAlone
      ? "a tunnel by itself needs no chain: remove the line, or name the next tunnel behind `->`"
      : undefined;
  }
  const { image } = token;
  // A word of the language is only in the wrong place.
  const isWord = token.tokenType === t.NAME || anything.test(image);
  if (types.includes(kw.out) && image !== "to" && image !== "from")
    return "packets begin with their direction, such as `out to 203.0.113.7 tcp 443`";
  if (types.includes(t.NET) && isWord) {
    if (image === "not") return "`except` takes addresses out of others, such as `10.0.0.0/8 except 10.64.0.0/10`";
    if (anything.test(image) && ["to", "from"].includes(before.image))
      return `what is not named is free: leave \`${before.image} ${image}\` out`;
    return "write addresses, or a list of them as `@NAME`; no name is looked up";
  }
  if (types.includes(t.PORT) && isWord) return "write its number, such as `443`; no name is looked up";
  if (before.image === "management" && types.includes(t.TEXT))
    return "OpenVPN can listen at a path, with `management /run/openvpn/home.sock unix`: write that path, in quotes";
  if (["icmp", "icmpv6"].includes(before.image)) return "a type goes by its name, such as `echo-request`";
  if (types.includes(kw.link) && types.includes(kw.tunnel) && isWord)
    return `say what it is: \`link ${image}\` or \`tunnel ${image}\``;
  return undefined;
}
