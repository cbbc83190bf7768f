import { Json } from "../readers/nft/json.ts";
import { Unreadable } from "../readers/nft/program.ts";
import type { Place } from "./finding.ts";
import { hookOfBridge, ofBridge, portOf } from "./frames.ts";
import { effectOf, endOf, isHarmless } from "./nft-effects.ts";
import { asked, type Contents, testOf } from "./nft-tests.ts";
import { ruleText } from "./rule-text.ts";
import { type Act, type Base, doesSomething, type End, isHook, type Rule, type Test } from "./rules.ts";

/** At a hook of IP or ARP, of a card, or of bridges. */
type Sees = "packets" | "frames" | "frames of bridges";

/** Tables of others, as `nft -j -p list ruleset` prints them. Whatever is not understood stays, with the most that it might mean. */
export interface ListedNft {
  readonly bases: readonly Base[];
  /** What is there that rules cannot be asked for. */
  readonly unread: readonly { readonly place: Place; readonly reason: string }[];
}

interface Table {
  readonly families: Base["families"];
  readonly sees: Sees;
  readonly chains: Map<string, Rule[]>;
  readonly contents: Map<string, Json>;
  readonly bases: { readonly name: string; readonly value: Json; readonly place: Place }[];
  /** It is there, and judges nothing. */
  readonly isDormant: boolean;
}

const families: Readonly<Record<string, readonly [Base["families"], Sees]>> = {
  ip: [["ipv4"], "packets"],
  ip6: [["ipv6"], "packets"],
  inet: [["ipv4", "ipv6"], "packets"],
  arp: [["arp"], "packets"],
  netdev: [["ipv4", "ipv6", "arp"], "frames"],
  bridge: [["ipv4", "ipv6", "arp"], "frames of bridges"],
};

/** `isOther`: which tables, by family and name, are asked for. */
export function readForeign(text: string, file: string, isOther: (table: string) => boolean): ListedNft {
  const objects = objectsIn(text);
  if (!objects)
    return { bases: [], unread: [{ place: { file, line: 1, text: text.slice(0, 80) }, reason: "this is no JSON" }] };
  const tables = new Map<string, Table>();
  const unread: ListedNft["unread"][number][] = [];
  const rules: (readonly [Table, Json, Place])[] = [];
  for (const [i, object] of objects.entries()) {
    const [kind = "", ...more] = object.keys;
    const value = object.get(kind);
    if (!value || more.length > 0) {
      unread.push({ place: { file, line: i + 1, text: object.shown }, reason: "an object that nobody knows" });
      continue;
    }
    const key = `${textOf(value, "family")} ${textOf(value, kind === "table" ? "name" : "table")}`;
    if (kind === "metainfo" || !isOther(key)) continue;
    const family = textOf(value, "family");
    const known = families[family];
    const name = textOf(value, "name");
    const place = { file, line: i + 1, text: `${kind} ${key}${kind === "table" ? "" : ` ${name}`}` };
    if (!known) {
      unread.push({ place, reason: `the family ${family}` });
      continue;
    }
    const [seen, sees] = known;
    const isDormant = kind === "table" && (value.get("flags")?.shown ?? "").includes("dormant");
    const table: Table = tables.get(key) ?? {
      families: seen,
      sees,
      chains: new Map(),
      contents: new Map(),
      bases: [],
      isDormant,
    };
    tables.set(key, table);
    if (kind === "chain") {
      table.chains.set(name, []);
      if (value.get("hook")) table.bases.push({ name, value, place });
    } else if (kind === "set" || kind === "map") table.contents.set(name, value);
    else if (kind === "rule") {
      const chain = textOf(value, "chain");
      const expr = value.get("expr");
      if (!expr) continue;
      rules.push([table, value, { ...place, text: `${key} ${chain}: ${textOfRule(expr)}` }]);
    }
  }
  for (const [table, value, place] of rules)
    table.chains.get(textOf(value, "chain"))?.push(...wholly(value, table, place));
  const bases = [...tables.values()]
    .filter(({ isDormant }) => !isDormant)
    .flatMap((table) =>
      table.bases.flatMap(({ name, value, place }) => {
        const named = textOf(value, "hook");
        const isBridge = table.sees === "frames of bridges";
        // From port to port: nothing of this machine, and nothing that it forwards.
        if (isBridge && named === "forward") return [];
        const hook = isBridge ? hookOfBridge(named) : named;
        const priority = value.get("prio")?.value ?? 0;
        const devices = devicesOf(value.get("dev"));
        if (!isHook(hook) || typeof priority !== "number" || !devices) {
          unread.push({ place, reason: `the hook ${named}` });
          return [];
        }
        const type = textOf(value, "type");
        const chain = table.chains.get(name) ?? [];
        const refuses = textOf(value, "policy") === "drop";
        const isOfSomeCard = !isBridge && (hook === "ingress" || hook === "egress");
        return devices.map(
          (device): Base => ({
            hook,
            priority,
            isNat: type === "nat",
            reroutes: type === "route",
            families: table.families,
            ...(device !== undefined && { device }),
            chain: isOfSomeCard && device === undefined ? chain.map(ofSomeCard) : chain,
            chains: table.chains,
            ...(refuses && { policy: { place, tests: isBridge ? [ofBridge] : [], acts: [], end: { kind: "drop" } } }),
          }),
        );
      }),
    );
  return { bases, unread };
}

/** nft 1.0.6 does not list of which card a chain is: what is sent elsewhere there may be anybody's, what is refused somebody's. */
const ofSomeCard = (rule: Rule): Rule =>
  rule.acts.length > 0
    ? rule
    : { ...rule, tests: [{ kind: "unknown", words: "of which card the chain is", within: [] }, ...rule.tests] };

/** One chain for each; undefined where they are not understood. */
function devicesOf(listed: Json | undefined): readonly (string | undefined)[] | undefined {
  if (!listed) return [undefined];
  const all = listed.isArray ? listed.array() : [listed];
  return all.every(({ isString }) => isString) ? all.map((one) => one.string()) : undefined;
}

/** Undefined where the text is no listing. */
function objectsIn(text: string): readonly Json[] | undefined {
  try {
    const listed = new Json(JSON.parse(text), 0).get("nftables");
    return listed?.isArray ? listed.array() : undefined;
  } catch {
    return undefined;
  }
}

function textOfRule(expressions: Json): string {
  try {
    return ruleText(expressions);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return expressions.shown;
  }
}

const textOf = (value: Json, key: string): string => {
  const found = value.get(key);
  return found?.isString ? found.string() : "";
};

/** Of what cannot even be taken apart nothing is known. */
function wholly(value: Json, { contents, sees }: Pick<Table, "contents" | "sees">, place: Place): readonly Rule[] {
  try {
    const rules = rulesOf(value.get("expr") ?? value.fail("no expressions"), { contents, sees }, place);
    if (sees !== "frames of bridges") return rules;
    // A call asks nothing yet.
    return rules.map((rule) => (doesSomething(rule) ? { ...rule, tests: [ofBridge, ...rule.tests] } : rule));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return [{ place, tests: [], acts: [{ kind: "unknown", words: error.message }] }];
  }
}

/** A rule with a map of verdicts is one for each of them. */
function rulesOf(
  expressions: Json,
  { contents, sees }: Pick<Table, "contents" | "sees">,
  place: Place,
): readonly Rule[] {
  const tests: Test[] = [];
  const acts: Act[] = [];
  let end: End | undefined;
  for (const expression of expressions.array()) {
    const [kind, value] = expression.only();
    try {
      if (isHarmless(kind)) continue;
      const isTest = kind === "match" || kind === "limit" || kind === "ct count" || kind === "quota" || kind === "set";
      if (kind === "vmap") return branches(value, contents, { place, tests, acts });
      if (isTest) {
        // Of a packet that was changed meanwhile.
        if (acts.length > 0 && kind === "match") tests.push(unknown(expression));
        else tests.push((sees === "frames of bridges" ? portOf(value) : undefined) ?? testOf(kind, value, contents));
        continue;
      }
      const ended = endOf(kind, value);
      if (ended) end = ended;
      else {
        tests.push(...mapped(value, contents));
        const effect = effectOf(kind, value, sees !== "packets");
        acts.push(...effect.acts);
        if (effect.end) end = effect.end;
      }
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      if (kind === "match") tests.push(unknown(expression));
      else if (kind === "xt" && textOf(value, "type") === "match") tests.push(unknown(expression));
      else acts.push({ kind: "unknown", words: textOfRule(new Json([expression.value], 0)) });
    }
  }
  return [{ place, tests, acts, ...(end && { end }) }];
}

const unknown = (expression: Json): Test => ({
  kind: "unknown",
  words: textOfRule(new Json([expression.value], 0)),
  within: [],
});

/** An address out of a map is given to what has a key in it, and nothing else. */
function mapped(value: Json, contents: Contents): readonly Test[] {
  const { key, data } = (value.isNull ? undefined : value.get("addr")?.get("map"))?.object(["key", "data"]) ?? {};
  if (!key || !data) return [];
  const keys = elementsOf(data, contents).map((pair) => pair.array()[0]?.value);
  return keys.length === 0 ? [] : [testOf("match", asked(key, new Json({ set: keys }, value.place)), contents)];
}

function branches(value: Json, contents: Contents, { place, tests, acts }: Omit<Rule, "end">): readonly Rule[] {
  const { key, data } = value.object(["key", "data"]);
  const elements = elementsOf(data, contents);
  return elements.flatMap((element): Rule[] => {
    const [left, verdict] = element.array();
    if (!left || !verdict) return [];
    const [kind, of] = verdict.only();
    const end = endOf(kind, of);
    const test = testOf("match", asked(key, left), contents);
    return [{ place, tests: [...tests, test], acts, ...(end && { end }) }];
  });
}

/** The pairs of a map, which may have a name. */
function elementsOf(data: Json, contents: Contents): readonly Json[] {
  if (data.isString && data.string().startsWith("@"))
    return contents.get(data.string().slice(1))?.get("elem")?.array() ?? [];
  return data.object(["set"]).set.array();
}
