import { expect, test } from "vitest";
import { diagnose, expectFaults, home } from "./helper.ts";

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

/** Whether a policy keeps them is for the proof to say. */
test.each([
  "expect drop out to 8.8.8.8 udp 53\nexpect allow out to 8.8.8.0/24 udp 53",
  "expect drop out to 8.8.8.8 while down\nexpect allow out to 8.8.8.8 while up",
  "expect drop out to 8.8.8.8 udp 53\nexpect allow out to 8.8.8.8 udp 53 reply",
])("other packets, states, or answers: %s", (more) => {
  const codes = diagnose({ file: "home.ksp", text: home({ more }) }).map(({ code }) => code);
  expect(codes.filter((code) => code !== "KSP3090")).toEqual([]);
});
