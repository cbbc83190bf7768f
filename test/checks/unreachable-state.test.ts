import { test } from "vitest";
import { chain, expectClean, expectFaults, home, tunnel, watch } from "./helper.ts";

const nested = (statement: string) => chain({ chain: "⟦chain private = entry -> exit⟧", more: statement });
const fault = (state: string) =>
  ({
    code: "KSP2037",
    message: `the state \`${state}\` is never reached`,
    label: "`private` has the states `down`, `hop1`, `up`",
    mark: 1,
    secondary: [[0, "2 hops"]],
    help: "name one of these states",
  }) as const;

test("a hop that the chain does not have", () => {
  expectFaults(nested("allow out to 203.0.113.9 tcp 443 ⟦while hop3⟧"), fault("hop3"));
  expectFaults(nested("expect drop out to 203.0.113.9 tcp 443 ⟦while private:hop2 or up⟧"), fault("private:hop2"));
});

test("one hop has no state between down and up", () => {
  expectFaults(home({ more: "deny out to 203.0.113.9 ⟦while hop1⟧" }).replace("tunnel wg0", "tunnel ⟦wg0⟧"), {
    code: "KSP2037",
    message: "the state `hop1` is never reached",
    label: "`wg0` has the states `down`, `up`",
    mark: 1,
    secondary: [[0, "one hop"]],
    help: "name one of these states",
  });
});

test("a bare hop with chains that do not all have it", () => {
  const more = "  server 203.0.113.9 udp 51820\n  carrier mark 0x3/0xff";
  const work = `${tunnel("⟦work⟧", "wg2", more, "10.66.0.2")}\n${watch("work", "10.66.0.1")}`;
  expectFaults(chain({ more: `${work}\nallow out to 192.0.2.9 tcp 443 ⟦while hop1⟧` }), {
    code: "KSP2037",
    message: "the state `hop1` is never reached",
    label: "`work` has the states `down`, `up`",
    mark: 1,
    secondary: [[0, "one hop"]],
    help: "name one chain, such as `CHAIN:hop1`",
  });
});

test("no exemption is in force while disabled", () => {
  expectFaults(home({ more: "allow out to 203.0.113.9 tcp 443 ⟦while disabled⟧" }), {
    code: "KSP2037",
    message: "the state `disabled` is never reached",
    label: "no rule is in force there",
    help: "remove the state, or the statement",
  });
});

test("states that come", () => {
  expectClean(chain({ more: "allow out to 203.0.113.9 tcp 443 while down or hop1 or private:up or lockdown or any" }));
  expectClean(home({ more: "allow out to 203.0.113.9 tcp 443 while wg0:down" }));
  expectClean(home({ more: "expect allow out to 203.0.113.9 tcp 443 while disabled" }));
});

const lan = 'link lan {\n  interface "br0"\n  role inside\n}\nlink wan {\n  interface "eth0"\n  role outside\n}';

test("a portal that nobody opens", () => {
  expectFaults(home({ more: "allow out to 203.0.113.7 tcp 443 ⟦while portal⟧" }), {
    code: "KSP2037",
    message: "the state `portal` is never reached",
    label: "the policy has no `portal` statement",
    help: "add one, or remove the state",
  });
  expectClean(
    home({ more: "allow out to 203.0.113.7 tcp 443 while portal\nportal for 5m tcp 80 accept-risk KSP3001" }),
  );
});

test("a forward", () => {
  expectFaults(
    home({ links: lan, more: "forward from link lan to tunnel wg0 masquerade ⟦while hop1⟧" }).replace(
      "tunnel wg0",
      "tunnel ⟦wg0⟧",
    ),
    {
      code: "KSP2037",
      message: "the state `hop1` is never reached",
      label: "`wg0` has the states `down`, `up`",
      mark: 1,
      secondary: [[0, "one hop"]],
      help: "name one of these states",
    },
  );
  expectFaults(home({ links: lan, more: "forward from link lan to link wan 203.0.113.7 tcp 443 ⟦while disabled⟧" }), {
    code: "KSP2037",
    message: "the state `disabled` is never reached",
    label: "no rule is in force there",
    help: "remove the state, or the statement",
  });
});
