import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

test("an allow inside a drop", () => {
  expectFaults(home({ more: "⟦expect drop out to 8.8.8.0/24⟧\n⟦expect allow out to 8.8.8.8 udp 53⟧" }), {
    code: "KSP2086",
    message: "two `expect` statements contradict each other",
    label: "these packets pass …",
    mark: 1,
    secondary: [[0, "… and none of these"]],
    help: "remove one of the two, or limit them to different packets or states",
  });
});

test("whatever their order", () => {
  expectFaults(home({ more: "⟦expect allow out to 8.8.8.8 udp 53 while up⟧\n⟦expect drop out to 8.8.8.8⟧" }), {
    code: "KSP2086",
    message: "two `expect` statements contradict each other",
    label: "these packets pass …",
    secondary: [[1, "… and none of these"]],
    help: "remove one of the two, or limit them to different packets or states",
  });
});

test("other packets, states, or answers", () => {
  expectClean(home({ more: "expect drop out to 8.8.8.8 udp 53\nexpect allow out to 8.8.8.0/24 udp 53" }));
  expectClean(home({ more: "expect drop out to 8.8.8.8 while down\nexpect allow out to 8.8.8.8 while up" }));
  expectClean(home({ more: "expect drop out to 8.8.8.8 udp 53\nexpect allow out to 8.8.8.8 udp 53 reply" }));
});
