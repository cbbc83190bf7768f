import { Ajv, type ValidateFunction } from "ajv";

const compiled = new WeakMap<object, ValidateFunction>();

/** What is read as JSON is held against its schema. Returns the first fault in words, or undefined. */
export function schemaFault(schema: object, value: unknown): string | undefined {
  const validate =
    compiled.get(schema) ?? new Ajv({ strict: true, discriminator: true, allowUnionTypes: true }).compile(schema);
  compiled.set(schema, validate);
  if (validate(value)) return undefined;
  const [fault] = validate.errors ?? [];
  return fault ? `${fault.instancePath || "/"} ${fault.message ?? "does not fit"}` : "does not fit its schema";
}
