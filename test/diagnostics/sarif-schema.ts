/**
 * The part of the SARIF 2.1.0 format that ksp writes, set down by hand from the specification (OASIS, errata 01): no
 * package has the whole schema. Nothing else is allowed, so that each new property is looked up before it is written;
 * what the specification leaves open and every reader needs is required here.
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

export const sarifSchema = object({
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
});
