import { expect, test } from "vitest";
import { countListed, countRules } from "./rule-count.ts";

const ruleset = `#!/usr/sbin/nft -f
table inet ksp
delete table inet ksp

table inet ksp {
	set ports {
		type inet_service
		elements = {
			53,
		}
	}

	chain output {
		type filter hook output priority filter; policy drop;
		jump out
		# why
		counter drop
	}

	chain out {
		ip daddr {
			192.0.2.1,
			192.0.2.2,
		} accept
		goto up
	}

	chain up {
	}
}
`;
const loaded = { "inet ksp output": 2, "inet ksp out": 2, "inet ksp up": 0 };

test("a ruleset replaces what was there", () => {
  expect(countRules(ruleset, { "inet ksp old": 3, "arp ksp input": 1 })).toEqual({ ...loaded, "arp ksp input": 1 });
});

test("a switch replaces the rules of one chain", () => {
  const text = "flush chain inet ksp out\nadd rule inet ksp out goto up\n";
  expect(countRules(text, loaded)).toEqual({ ...loaded, "inet ksp out": 1 });
});

test("an uninstall leaves nothing", () => {
  expect(countRules("table inet ksp\ndelete table inet ksp\n", loaded)).toEqual({});
});

test.each([
  "add rule inet ksp nowhere accept",
  "flush ruleset",
  "table inet ksp {\nchain x {",
  "table inet ksp {\ncounter c",
])("refuses what it does not understand: %s", (text) => {
  expect(() => countRules(text, loaded)).toThrow();
});

test("counts what nft lists", () => {
  const chain = { family: "inet", table: "ksp", name: "out" };
  const rule = { family: "inet", table: "ksp", chain: "out", expr: [] };
  const listed = { nftables: [{ metainfo: {} }, { chain }, { chain: { ...chain, name: "up" } }, { rule }, { rule }] };
  expect(countListed(JSON.stringify(listed))).toEqual({ "inet ksp out": 2, "inet ksp up": 0 });
});
