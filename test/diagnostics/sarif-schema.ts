import { readFileSync } from "node:fs";
import { Ajv } from "ajv";

/**
 * The schema of SARIF 2.1.0 (OASIS, errata 01), byte for byte as its committee published it. It is of JSON Schema draft
 * 04, which names its own address by other words than the validator knows.
 */
export const publishedText = readFileSync(new URL("sarif-schema-2.1.0.json", import.meta.url), "utf8");
const { $schema: _, id: __, ...published } = JSON.parse(publishedText);
export const isSarif = new Ajv({
  strict: false,
  formats: {
    uri: (text: string) => URL.canParse(text),
    "uri-reference": (text: string) => URL.canParse(text, "file:///"),
    "date-time": (text: string) => !Number.isNaN(Date.parse(text)),
  },
}).compile(published);

/**
 * The published schema allows much that ksp does not write, and braces and links in messages. Here nothing else is
 * allowed, so that each new property is looked up before it is written.
 */
const object = (properties: object, required: readonly string[] = Object.keys(properties)) => ({
  type: "object",
  additionalProperties: false,
  properties,
  required,
});
const list = (items: object) => ({ type: "array", items });
const text = { type: "string" };
const index = { type: "integer", minimum: 0 };
const level = { enum: ["error", "warning"] };
const position = { type: "integer", minimum: 1 };

// In a message a single brace would begin a placeholder, and `](` would be part of a link.
const message = object({ text: { type: "string", pattern: "^(?:[^{}]|\\{\\{|\\}\\})*$", not: { pattern: "\\]\\(" } } });
const content = object({ text });
const region = object({ startLine: position, startColumn: position, endLine: position, endColumn: position });
const artifactLocation = object({
  uri: { type: "string", minLength: 1, pattern: "^(?:file:///)?(?:[A-Za-z0-9._~!'()*/-]|%[0-9A-F]{2})+$" },
});
const location = object(
  { id: index, physicalLocation: object({ artifactLocation, region }, ["artifactLocation"]), message },
  ["physicalLocation"],
);
const fix = object({
  description: message,
  artifactChanges: {
    minItems: 1,
    ...list(
      object({
        artifactLocation,
        replacements: { minItems: 1, ...list(object({ deletedRegion: region, insertedContent: content })) },
      }),
    ),
  },
});
const descriptor = object({
  id: { type: "string", pattern: "^KSP[0-9]{4}$" },
  name: text,
  shortDescription: message,
  fullDescription: message,
  help: message,
  helpUri: { type: "string", pattern: "^[a-z]+:\\S+\\.md$" },
  defaultConfiguration: object({ level }),
});
const descriptors = { uniqueItems: true, ...list(descriptor) };

export const isOurSarif = new Ajv({ strict: true }).compile(
  object({
    $schema: { const: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json" },
    version: { const: "2.1.0" },
    runs: {
      minItems: 1,
      maxItems: 1,
      ...list(
        object({
          tool: object({
            driver: object({ name: { const: "ksp" }, version: text, rules: descriptors, notifications: descriptors }),
          }),
          columnKind: { const: "utf16CodeUnits" },
          invocations: {
            minItems: 1,
            maxItems: 1,
            ...list(
              object({
                executionSuccessful: { type: "boolean" },
                toolExecutionNotifications: list(object({ descriptor: object({ id: text, index }), level, message })),
              }),
            ),
          },
          results: list(
            object(
              {
                ruleId: text,
                ruleIndex: index,
                level,
                message,
                locations: { minItems: 1, maxItems: 1, ...list(location) },
                relatedLocations: { uniqueItems: true, ...list(location) },
                fixes: { minItems: 1, maxItems: 1, ...list(fix) },
              },
              ["ruleId", "ruleIndex", "level", "message", "locations"],
            ),
          ),
        }),
      ),
    },
  }),
);
