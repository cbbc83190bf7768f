import { expect, test } from "vitest";
import { diagnose, expectClean, home, tunnel, watch } from "./helper.ts";

/** `count` lone tunnels: two states each. */
function many(count: number): string {
  const names = Array.from({ length: count }, (_, i) => `t${i}`);
  const more = "  server 203.0.113.7 udp 51820\n  carrier mark 0x1/0xff";
  return home({
    more: names
      .map((name, i) => `${tunnel(name, `wg-${name}`, more, `10.7.${i}.2`)}\n${watch(name, `10.7.${i}.1`)}`)
      .join("\n"),
  });
}

test("seven independent tunnels", () => {
  const text = many(6);
  const [found, ...others] = diagnose({ file: "home.ksp", text });
  expect(others).toEqual([]);
  expect(found?.message).toBe("the chains make 128 states");
  expect(found?.code).toBe("KSP2039");
  expect(found?.primary?.text).toBe("more than 64");
  expect(text.slice(found?.primary?.span.start, found?.primary?.span.end)).toBe("home");
  expect(found?.secondary.map(({ span, text: words }) => [text.slice(span.start, span.end), words])).toEqual(
    ["t0", "t1", "t2", "t3", "t4", "t5", "wg0"].map((name) => [name, "2 states"]),
  );
  expect(found?.help).toEqual({ text: "remove tunnels, or split the policy", edits: [] });
});

test("six of them make 64", () => {
  expectClean(many(5));
});
