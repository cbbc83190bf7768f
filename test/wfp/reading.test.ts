import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { keyOf } from "../../src/emitters/wfp/keys.ts";
import { canonicalJson } from "../../src/ir/canonical.ts";
import { schemaFault } from "../../src/ir/validate.ts";
import type { WfpFilter } from "../../src/ir/wfp-document.ts";
import { wfpDocumentSchema } from "../../src/ir/wfp-document.ts";
import { readDocument } from "../../src/proof/readers/wfp/read-document.ts";
import { validateWfp } from "../../src/proof/translation/wfp.ts";
import { importsOf } from "../architecture/layers.ts";
import { policyNamed, windowsPolicies } from "./policies.ts";

const key = "44d96528-c782-5948-a7f4-b8cf6cde24a5";
const plain = { name: "closed-out", layer: "connect-v4", weight: 1, action: "block", lifetime: "static", when: {} };

const line = (filter: object): string => JSON.stringify({ ...filter, key: keyOf(canonicalJson(filter)) });
const documentOf = (...filters: readonly string[]): string =>
  [
    "{",
    '  "format": "ksp-wfp/1",',
    '  "policy": "home",',
    '  "state": "up",',
    `  "provider": {"key":"${key}","name":"ksp"},`,
    `  "sublayer": {"key":"cb938bd2-820b-5823-89b6-948c477790a9","name":"ksp","weight":65534},`,
    '  "filters": [',
    ...filters.map((text, i) => `    ${text}${i < filters.length - 1 ? "," : ""}`),
    "  ]",
    "}",
    "",
  ].join("\n");
const reasonOf = (text: string): string | undefined => {
  const read = readDocument(text);
  return "fault" in read ? `${read.fault.line}: ${read.fault.reason}` : undefined;
};

test("what ksp writes is read, and fits the published schema", () => {
  for (const { name, files } of windowsPolicies)
    for (const [file, text] of [...files].filter(([file]) => file.endsWith(".json"))) {
      expect(reasonOf(text), `${name} ${file}`).toBeUndefined();
      expect(schemaFault(wfpDocumentSchema, JSON.parse(text)), `${name} ${file}`).toBeUndefined();
    }
  expect(reasonOf(documentOf(line(plain)))).toBeUndefined();
});

describe("a filter that Windows would take for something else is refused", () => {
  test.each<readonly [string, object]>([
    ["expected a list that is not empty", { when: { remoteAddress: [] } }],
    ["unknown word packageId", { when: { packageId: ["x"] } }],
    ["words in another order", { when: { protocol: [6], remoteAddress: ["10.0.0.0/8"] } }],
    ["a port of another protocol", { when: { remotePort: ["53"] } }],
    ["a port of another protocol", { when: { protocol: [1], remotePort: ["53"] } }],
    ["a type of another protocol", { when: { icmpType: [8] } }],
    ["a type of another protocol", { when: { protocol: [58], icmpType: [128] } }],
    ["10.0.0.1/8: bits of a host in a prefix", { when: { remoteAddress: ["10.0.0.1/8"] } }],
    ["fd00::1: no address of that family", { when: { remoteAddress: ["fd00::1"] } }],
    ["addresses overlap", { when: { remoteAddress: ["10.0.0.0/8", "10.1.0.0/16"] } }],
    ["a value twice", { when: { protocol: [6, 6] } }],
    ["70000 is no port", { when: { protocol: [6], remotePort: ["70000"] } }],
    ["90-80 is no port", { when: { protocol: [6], remotePort: ["90-80"] } }],
    ["expected a byte", { when: { protocol: [256] } }],
    ["loopback is true or not there", { when: { loopback: false } }],
    ["localAddressType is not asked in connect-v4", { when: { localAddressType: ["unicast"] } }],
    ["program is not asked in error-out-v4", { layer: "error-out-v4", when: { program: ["C:\\x.exe"] } }],
    ["protocol is not asked in error-in-v6", { layer: "error-in-v6", when: { protocol: [58] } }],
    ["interface is not asked in forward-v4", { layer: "forward-v4", when: { interface: ["wg0"] } }],
    ['"connect" is none of connect-v4', { layer: "connect" }],
    ['"drop" is none of permit, block', { action: "drop" }],
    ['"dynamic" is none of static, persistent, boot', { lifetime: "dynamic" }],
    ["no weight of a filter", { weight: 0 }],
    ["no weight of a filter", { weight: 1.5 }],
    ["expected a name", { name: "" }],
  ])("%s", (reason, change) => {
    expect(reasonOf(documentOf(line(plain), line({ ...plain, name: "other", ...change })))).toContain(`9: ${reason}`);
  });
});

describe("a text that is not as ksp lays it out is refused", () => {
  const text = documentOf(line(plain));
  const twice = line(plain).replace('"when":{}', '"when":{},"when":{}');

  test.each([
    ["2: expected", text.replace('  "format"', '"format"')],
    ["2: another format", text.replace("ksp-wfp/1", "ksp-wfp/2")],
    ["8: no JSON, or not in its shortest form", documentOf(twice)],
    ["8: no JSON, or not in its shortest form", documentOf(line(plain).replace('"weight":1', '"weight":1e0'))],
    ["8: no JSON, or not in its shortest form", documentOf(line(plain).replace('"block"', '"bl\\u006fck"'))],
    ["8: the key of another filter", documentOf(line(plain).replace('"weight":1', '"weight":2'))],
    ["8: expected a filter", text.replace("    {", "   {")],
    ["9: the key of another filter", documentOf(line(plain), line(plain))],
    [
      "9: another filter of its weight does the opposite",
      documentOf(line(plain), line({ ...plain, action: "permit" })),
    ],
    ["6: no weight of a sublayer", text.replace("65534", "65536")],
    ["5: expected a name", text.replace('"name":"ksp"}', '"name":7}')],
    ["10: expected", `${text}\n`],
  ])("%s", (reason, changed) => {
    expect(changed).not.toBe(text);
    expect(reasonOf(changed)).toContain(reason);
  });
});

describe("files that do something beside what they say", () => {
  const { plan, files } = policyNamed("home-wireguard");
  const up = files.get("wfp/up.json") ?? "";

  test.each([
    ["is not there", "wfp/up.json", undefined],
    ["nobody loads this file", "wfp/upp.json", up],
    ["nobody loads this file", "WFP/x.json", up],
    ["nobody loads this file", "wfp/UP.json", up],
    ["nobody loads this file", "wfp\\x.json", up],
    ["nobody loads this file", "./wfp. /x.json", up],
    ["nobody loads this file", "nft/../wfp/x.json", up],
    ["says that it is another state", "wfp/down.json", up],
    ["says that it is another state", "wfp/up.json", up.replace('"policy": "home"', '"policy": "other"')],
    ["another sublayer than the other states have", "wfp/up.json", up.replace(":65534}", ":65533}")],
    ["another sublayer than the other states have", "wfp/up.json", up.replace(key, key.replace("44", "45"))],
  ])("%s", (reason, file, text) => {
    const changed = new Map(files);
    if (text === undefined) changed.delete(file);
    else changed.set(file, text);
    expect(validateWfp(plan, changed)).toMatchObject({ file, kind: "effect", reason });
  });

  test.each([
    ["another weight of the sublayer", /:65534\}/, ":1}"],
    ["a provider or sublayer that is not that of ksp", /"key":"44/, '"key":"45'],
    ["a provider or sublayer that is not that of ksp", /"key":"cb938bd2/, '"key":"cb938bd3'],
  ])("%s, in all of them", (reason, from, to) => {
    const changed = [...files].map(([file, text]): [string, string] => [
      file,
      file.endsWith(".json") ? text.replace(from, to) : text,
    ]);
    expect(validateWfp(plan, new Map(changed))).toMatchObject({ kind: "effect", reason });
  });

  test("an opening in one moment alone is shown", () => {
    const opened = (lifetime: WfpFilter["lifetime"], when: object) =>
      up.replace(
        /\n( {4}\{"name":"built-in-loopback")/,
        `\n    ${line({ ...plain, action: "permit", weight: 150, lifetime, when })},\n$1`,
      );
    const said = (text: string) => validateWfp(plan, new Map([...files, ["wfp/up.json", text]]));
    const to = { remoteAddress: ["192.0.2.1"] };
    expect(said(opened("static", to))).toMatchObject({
      difference: { says: "the file lets it pass, the plan drops it" },
    });
    expect(said(opened("boot", to))).toMatchObject({ difference: { says: "it passes before the engine starts" } });
  });
});

test("the reader imports nothing of the emitter, and not the schema of the documents", () => {
  const folder = new URL("../../src/proof/readers/wfp/", import.meta.url);
  const imported = readdirSync(folder).flatMap((file) =>
    importsOf(`proof/readers/wfp/${file}`, readFileSync(new URL(file, folder), "utf8")).map(
      ({ specifier }) => specifier,
    ),
  );
  expect(imported.length).toBeGreaterThan(10);
  expect(imported.filter((specifier) => /emitters|wfp-document|\/ir\//.test(specifier))).toEqual([]);
});
