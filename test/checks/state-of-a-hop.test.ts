import { test } from "vitest";
import { chain, expectClean, expectFaults, home, tunnel, watch } from "./helper.ts";

const nested = (statement: string) => chain({ chain: "⟦chain private = entry -> exit⟧", more: statement });
const fault = (tunnel: string, state: string) =>
  ({
    code: "KSP2038",
    message: `\`${tunnel}\` has no states of its own`,
    label: `\`${tunnel}\` is a hop of a chain`,
    mark: 1,
    secondary: [[0, "the states are those of `private`"]],
    help: `name a state of the chain, such as \`${state}\``,
  }) as const;

test("a hop is not a chain", () => {
  expectFaults(nested("allow out to 203.0.113.9 tcp 443 ⟦while entry:down⟧"), fault("entry", "private:down"));
  expectFaults(nested("expect drop out to 203.0.113.9 ⟦while exit:up⟧"), fault("exit", "private:hop1"));
});

test("a chain, and a tunnel that is one", () => {
  expectClean(chain({ more: "allow out to 203.0.113.9 tcp 443 while private:down" }));
  const work = tunnel("work", "wg2", "  server 192.0.2.7 udp 51820\n  carrier mark 0x3/0xff", "10.66.0.2");
  const both = `${work}\n${watch("work", "10.66.0.1")}`;
  expectClean(chain({ more: `${both}\nallow out to 203.0.113.9 tcp 443 while private:down or work:up` }));
  expectClean(home({ more: "allow out to 203.0.113.9 tcp 443 while wg0:down" }));
});
