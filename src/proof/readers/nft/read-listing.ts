import { Json } from "./json.ts";
import { readExpressions } from "./listed-rule.ts";
import { addressesOf } from "./listed-values.ts";
import { loadable } from "./loadable.ts";
import { durationOf } from "./numbers.ts";
import { type Base, hooks, type NamedSet, type Program, type Rule, Unreadable } from "./program.ts";

interface Listing {
  /** The tables that were asked for. */
  readonly program: Program;
  /** Tables of others, by family and name: they were not read. */
  readonly others: readonly string[];
}
export type ReadListing = Listing | { readonly fault: { readonly place: number; readonly reason: string } };

/**
 * What a kernel holds, as `nft -j -p list ruleset` prints it: with numbers for protocols, whose names are the machine's
 * own. Everything in our tables that is not understood is a fault; `place` is that of the object in the listing.
 */
export const readListing = (text: string): ReadListing => reading(text, ["inet ksp", "arp ksp"], false);

/** The same of one table that is said to have an owner: of what it does alone, for its flags are not read. */
export const readOwned = (text: string, table: string): ReadListing => reading(text, [table], true);

function reading(text: string, tables: readonly string[], areOwned: boolean): ReadListing {
  try {
    const listing = new ListingReader(tables, areOwned).read(parsed(text));
    loadable(listing.program);
    return listing;
  } catch (error) {
    if (error instanceof Unreadable) return { fault: { place: error.line, reason: error.message } };
    throw error;
  }
}

function parsed(text: string): Json {
  try {
    return new Json(JSON.parse(text), 0);
  } catch {
    throw new Unreadable(0, "this is no JSON");
  }
}

interface Draft {
  readonly family: "inet" | "arp";
  readonly sets: Map<string, NamedSet>;
  readonly chains: Map<string, { readonly base?: Base; readonly rules: Rule[] }>;
}

class ListingReader {
  readonly #wanted: readonly string[];
  readonly #areOwned: boolean;
  readonly #tables = new Map<string, Draft>();
  readonly #others: string[] = [];

  constructor(wanted: readonly string[], areOwned: boolean) {
    this.#wanted = wanted;
    this.#areOwned = areOwned;
  }

  read(listing: Json): Listing {
    const objects = listing.object(["nftables"]).nftables.array();
    if (objects.length === 0) listing.fail("the listing is empty");
    for (const [i, object] of objects.entries()) {
      const [kind, value] = object.only();
      const at = value.at(i + 1);
      if ((kind === "metainfo") !== (i === 0)) at.fail("a listing begins with what wrote it");
      if (kind === "metainfo") this.#metainfo(at);
      else if (kind === "table") this.#table(at);
      else this.#part(kind, at);
    }
    const tables = [...this.#tables].map(
      ([key, { sets, chains }]) => [key, { ...(this.#areOwned && { isOwned: true as const }), sets, chains }] as const,
    );
    return { program: { tables: new Map(tables) }, others: this.#others };
  }

  #metainfo(value: Json): void {
    const { json_schema_version: version } = value.object(["json_schema_version"], ["version", "release_name"]);
    if (version.integer() !== 1) value.fail("another version of the listing");
  }

  #table(value: Json): void {
    const key = keyOf(value);
    if (!this.#wanted.includes(key)) {
      this.#others.push(key);
      return;
    }
    // A dormant table judges nothing, and one with an owner goes with it. Its one flag nft 1.0.6 prints out of memory that
    // it has freed: any word of the listing.
    const { family } = value.object(["family", "name", "handle"], this.#areOwned ? ["flags"] : []);
    if (this.#tables.has(key)) value.fail(`${key} stands twice`);
    this.#tables.set(key, { family: family.oneOf("inet", "arp"), sets: new Map(), chains: new Map() });
  }

  #part(kind: string, value: Json): void {
    const key = keyOf(value, "table");
    const table = this.#tables.get(key);
    if (!table && this.#others.includes(key)) return;
    if (!table) value.fail(`${kind} of a table that is not there`);
    else if (kind === "set") this.#set(table, value);
    else if (kind === "chain") this.#chain(table, value);
    else if (kind === "rule") this.#rule(table, value);
    else value.fail(`unknown object ${kind}`);
  }

  #rule({ family, chains }: Draft, value: Json): void {
    const found = value.object(["family", "table", "chain", "handle", "expr"], ["comment"]);
    const chain = chains.get(found.chain.string()) ?? value.fail("a rule of a chain that is not there");
    found.comment?.string();
    chain.rules.push(readExpressions(found.expr, family === "arp"));
  }

  #chain({ chains }: Draft, value: Json): void {
    const names = ["family", "table", "name", "handle"] as const;
    const found = value.object(names, ["type", "hook", "prio", "policy"]);
    const name = found.name.string();
    if (chains.has(name)) value.fail(`two chains ${name}`);
    if (value.keys.length === names.length) {
      chains.set(name, { rules: [] });
      return;
    }
    const { type, hook, prio, policy } = value.object([...names, "type", "hook", "prio", "policy"]);
    const base: Base = {
      type: type.oneOf("filter", "nat"),
      hook: hook.oneOf(...hooks),
      priority: prio.integer(),
      policy: policy.oneOf("accept", "drop"),
    };
    chains.set(name, { base, rules: [] });
  }

  #set({ sets }: Draft, value: Json): void {
    const found = value.object(["family", "name", "table", "type", "handle", "flags"], ["elem"]);
    const name = found.name.string();
    if (sets.has(name)) value.fail(`two sets ${name}`);
    const flags = found.flags.array().map((flag) => flag.string());
    const type = found.type.oneOf("ipv4_addr", "ipv6_addr", "nf_proto");
    if (flags.join() !== (type === "nf_proto" ? "timeout" : "interval")) value.fail(`unknown flags ${flags.join()}`);
    const elements = found.elem?.array() ?? [];
    if (type === "nf_proto") {
      sets.set(name, { kind: "timed", elements: new Map(elements.map(timed)) });
      return;
    }
    const family = type === "ipv4_addr" ? "ipv4" : "ipv6";
    sets.set(name, {
      kind: "addresses",
      family,
      ranges: addressesOf(family, elements) ?? value.fail("addresses overlap"),
    });
  }
}

/** The time for which it was opened. Without one it would stay. */
function timed(element: Json): readonly ["ipv4" | "ipv6", number] {
  const { elem } = element.object(["elem"]);
  const { val, timeout } = elem.object(["val", "timeout"], ["expires"]);
  const time = durationOf(`${timeout.number(0xffffffff)}s`);
  return [val.oneOf("ipv4", "ipv6"), time || elem.fail("an element without a time")];
}

const keyOf = (value: Json, name: "name" | "table" = "name"): string => {
  const text = (key: string): string => (value.get(key) ?? value.fail(`no ${key} in ${value.shown}`)).string();
  return `${text("family")} ${text(name)}`;
};
