import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP3090",
  message: "in state `disabled` this expectation does not hold",
  label: "`disabled` is one of these states, and nothing is enforced there",
  help: "name other states; without `while` it counts in every state but `disabled`",
} as const;

test("nothing is dropped where nothing is enforced", () => {
  expectFaults(home({ more: "expect drop out to 8.8.8.8 udp 53 ⟦while disabled⟧" }), fault);
  expectFaults(home({ more: "expect drop out to 8.8.8.8 udp 53 ⟦while down or any⟧" }), fault);
});

test("in every other state it is, and everything passes while disabled", () => {
  expectClean(home({ more: "expect drop out to 8.8.8.8 udp 53" }));
  expectClean(home({ more: "expect drop out to 8.8.8.8 udp 53 while down or lockdown" }));
  expectClean(home({ more: "expect allow out to 8.8.8.8 udp 53 while disabled" }));
});
