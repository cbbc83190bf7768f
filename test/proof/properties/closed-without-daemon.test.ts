import { test } from "vitest";
import type { Rule } from "../../../src/ir/ruleset.ts";
import { constant } from "../../../src/net/parse-net.ts";
import { closedWithoutDaemon } from "../../../src/proof/properties/closed-without-daemon.ts";
import { card, expectBroken, opened } from "./broken.ts";

test("a portal that only the daemon would close", () => {
  const lasting = (rules: readonly Rule[]) => rules.map(lastingOf);
  expectBroken(
    closedWithoutDaemon,
    "travel-captive-portal",
    "portal",
    lasting,
    "out on eth0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1001 new",
  );
});

test("an opening for a while that hides one that stays", () => {
  const twice = (rules: readonly Rule[]) =>
    rules.flatMap((rule) => (rule.stage === "portal" ? [rule, lastingOf(rule)] : [rule]));
  expectBroken(
    closedWithoutDaemon,
    "travel-captive-portal",
    "portal",
    twice,
    "out on eth0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1001 new",
  );
});

test("at boot, a table that somebody fills later", () => {
  const filled = opened("out", {
    outInterface: card("eth0"),
    destination: { set: [], table: "later", within: constant("198.51.100.64/26") },
  });
  expectBroken(
    closedWithoutDaemon,
    "home-wireguard",
    "lockdown",
    filled,
    "out on eth0 from 192.168.1.2 40000 to 198.51.100.64 tcp 443 user 1000 new",
  );
});

const lastingOf = ({ expiresAfter: _, ...rule }: Rule): Rule => rule;
