import { Ajv } from "ajv";
import type { TSchema } from "typebox";

/** What is written or read as JSON is held against its schema. Returns the first fault in words, or undefined. */
export function schemaFault(schema: TSchema, value: unknown): string | undefined {
  const ajv = new Ajv({ strict: true, discriminator: true, allowUnionTypes: true });
  const validate = ajv.compile(schema);
  if (validate(value)) return undefined;
  const [fault] = validate.errors ?? [];
  return fault ? `${fault.instancePath || "/"} ${fault.message ?? "does not fit"}` : "does not fit its schema";
}
