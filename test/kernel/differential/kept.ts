import { readdirSync, readFileSync } from "node:fs";
import { format } from "../../../src/index.ts";
import type { Packet } from "../../../src/ir/packet.ts";
import { say } from "../verdicts/judge.ts";
import type { Case } from "./shrink.ts";

const folder = new URL("kept/", import.meta.url);

/** A case of which kernel and plan once said two things. */
export interface Kept {
  readonly name: string;
  readonly text: string;
  readonly packet: Packet;
}

/** The file of a case: a policy, with the packet in front. */
export const fileOf = ({ text, verdict }: Case): string => {
  const plain = (key: string, value: unknown): unknown => {
    if (key === "addresses") return undefined; // those of an interface are the laboratory's
    return typeof value === "bigint" ? `${value}` : value;
  };
  const packet = JSON.stringify(verdict.sent, plain);
  const { text: written = text } = format({ file: "kept.ksp", text });
  return `# ${say(verdict)}\n# packet ${packet}\n${written}`;
};

export function parseKept(name: string, text: string): Kept {
  const [, json] = /^# packet (.*)$/m.exec(text) ?? [];
  if (json === undefined) throw new Error(`${name} has no packet`);
  const isAddress = (key: string): boolean => key === "source" || key === "destination";
  const packet = JSON.parse(json, (key, value) => (isAddress(key) ? BigInt(value) : value));
  return { name, text, packet };
}

export const kept = (): readonly Kept[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".ksp"))
    .sort()
    .map((file) => parseKept(file.slice(0, -".ksp".length), readFileSync(new URL(file, folder), "utf8")));
