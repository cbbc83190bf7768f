import { describe, expect, test } from "vitest";
import { check } from "../../src/check.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { expiry } from "../../src/ir/checks-at-date.ts";
import { policySchema } from "../../src/ir/policy.ts";
import { home } from "../checks/helper.ts";
import { marked } from "../diagnostics/marked.ts";

const allow = "allow out to 203.0.113.0/24 tcp 443";

function at(day: string, text: string): readonly Diagnostic[] {
  const { policy, origins, diagnostics } = check({ file: "home.ksp", text });
  if (!policy || !origins) throw new Error(diagnostics.map(({ message }) => message).join());
  return expiry(policy, origins, day);
}
const codes = (found: readonly Diagnostic[]) => found.map(({ code }) => code);

describe("around the day", () => {
  const text = home({ more: `${allow} until 2028-03-01` });
  test.each([
    ["2028-02-15", []],
    ["2028-02-16", ["KSP2051"]],
    ["2028-02-29", ["KSP2051"]],
    ["2028-03-01", ["KSP2051"]],
    ["2028-03-02", ["KSP2059"]],
    ["2029-03-01", ["KSP2059"]],
  ])("%s: %j", (day, expected) => {
    expect(codes(at(day, text))).toEqual(expected);
  });
});

test("the error stands on the date, and names who answers for it", () => {
  const { source, spans } = marked(
    home({ more: `${allow} reason "gateway" owner "netops" ticket "NET-4711" until ⟦2027-03-31⟧` }),
  );
  const [found] = at("2027-04-02", source.text);
  expect(found).toMatchObject({
    code: "KSP2059",
    severity: "error",
    message: "this statement was meant until 2027-03-31",
    primary: { span: spans[0], text: "over for 2 days" },
    notes: ["owner: netops, ticket: NET-4711"],
    help: { text: "remove the statement, or give it a later day" },
  });
});

test("the warning says how long there is", () => {
  const text = home({ more: `${allow} until 2027-03-31` });
  const label = (day: string) => at(day, text)[0]?.primary?.text;
  expect([label("2027-03-29"), label("2027-03-30"), label("2027-03-31")]).toEqual([
    "2 days left",
    "1 day left",
    "its last day is today",
  ]);
  expect(at("2027-03-29", text)[0]?.severity).toBe("warning");
});

test("every statement that takes a caveat is looked at", () => {
  const lists = Object.entries(policySchema.properties).filter(([, schema]) =>
    JSON.stringify(schema).includes('"until"'),
  );
  const text = home({
    dns: "dns 10.64.0.1 through wg0 until 2027-03-31",
    links: 'link lan {\n  interface "br-lan"\n  role inside\n}',
    more: [
      `${allow} until 2027-03-31`,
      "deny out to 203.0.113.7 until 2027-03-31",
      "forward from link lan to tunnel wg0 masquerade until 2027-03-31",
      'portal for 5m user 1001 tcp 80 accept-risk KSP3001 reason "hotels" until 2027-03-31',
    ].join("\n"),
  });
  expect(lists.map(([name]) => name)).toEqual(["dns", "allows", "denies", "forwards", "portal"]);
  const found = at("2027-04-01", text);
  expect(found.map(({ primary }) => primary && text.slice(primary.span.start, primary.span.end))).toEqual(
    lists.map(() => "2027-03-31"),
  );
  expect(new Set(found.map(({ primary }) => primary?.span.start)).size).toBe(lists.length);
});

test("in a fragment, the place stands in its own file", () => {
  const office = { file: "office.ksp", text: `ksp 1\nfragment office\n${allow} until 2027-03-31\n` };
  const source = { file: "home.ksp", text: home({ more: 'import "office.ksp"' }) };
  const { policy, origins } = check(source, { load: () => office });
  const found = policy && origins ? expiry(policy, origins, "2027-04-01") : [];
  expect(found.map(({ code, primary }) => [code, primary?.span.file])).toEqual([["KSP2059", "office.ksp"]]);
});

test("a statement without a day never expires", () => {
  expect(at("9999-12-31", home({ more: `${allow} reason "gateway"` }))).toEqual([]);
});

test("a day that does not exist is refused", () => {
  const text = home({ more: `${allow} until 2027-02-29` });
  const [found] = check({ file: "home.ksp", text }).diagnostics;
  expect([found?.code, found?.message]).toEqual(["KSP2007", "date `2027-02-29` is out of range"]);
});

test("the day changes neither the ids nor what the statement means", () => {
  const [plain, dated] = [allow, `${allow} until 2027-03-31`].map((more) =>
    check({ file: "home.ksp", text: home({ more }) }),
  );
  const withoutCaveat = (checked: typeof plain) => checked?.policy?.allows.map(({ caveat: _, ...rest }) => rest);
  expect(withoutCaveat(dated)).toEqual(withoutCaveat(plain));
  expect(dated?.policy?.allows[0]?.caveat.until).toBe("2027-03-31");
});
