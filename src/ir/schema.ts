import Type, { type Static, type TObject } from "typebox";
import type { AddressSet as Addresses } from "../net/address-set.ts";

/** Read-only all the way down: nothing changes a value after it is built. */
export type Immutable<T> = T extends string | number | boolean | bigint | undefined
  ? T
  : { readonly [K in keyof T]: Immutable<T[K]> };

/** An object that allows no other key. */
export const record = <const T extends Type.TProperties>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });

/** A union told apart by `kind`: a mistake gives one message, not one per member. */
export const tagged = <const T extends TObject[]>(...members: T) =>
  Type.Unsafe<Static<T[number]>>({
    type: "object",
    discriminator: { propertyName: "kind" },
    properties: { kind: { type: "string" } },
    required: ["kind"],
    oneOf: members,
  });

/** In memory ranges of bigints, in JSON canonical texts: `["10.0.0.0/8", "192.0.2.1-192.0.2.9"]`. */
export const addresses = Type.Unsafe<Addresses>({
  type: "array",
  minItems: 1,
  items: { type: "string", pattern: "^[0-9a-f.:/-]+$" },
});

export const portRange = record({
  first: Type.Integer({ minimum: 0, maximum: 65535 }),
  last: Type.Integer({ minimum: 0, maximum: 65535 }),
});
export const os = Type.Union([Type.Literal("linux"), Type.Literal("windows"), Type.Literal("macos")]);
export const milliseconds = Type.Integer({ minimum: 0 });
export const name = Type.String({ pattern: "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", maxLength: 24 });
export const statementId = Type.String({ pattern: "^[a-z0-9-]+$", maxLength: 64 });
