import type { WfpConditions, WfpDocument, WfpFilter } from "../../ir/wfp-document.ts";

/** A filter a line, in one order of words, so that a change of policy is a change of lines. */
export function documentText({ filters, ...head }: WfpDocument): string {
  const lines = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  const last = filters.length - 1;
  const body = filters.map((filter, i) => `    ${JSON.stringify(inOrder(filter))}${i === last ? "" : ","}`);
  return ["{", ...lines, '  "filters": [', ...body, "  ]", "}", ""].join("\n");
}

const words: readonly (keyof WfpConditions)[] = [
  "loopback",
  "interface",
  "localAddressType",
  "localAddress",
  "remoteAddress",
  "protocol",
  "icmpType",
  "localPort",
  "remotePort",
  "program",
  "service",
];

function inOrder({ name, layer, weight, action, lifetime, when, key }: WfpFilter): WfpFilter {
  const conditions = Object.fromEntries(
    words.flatMap((word) => (when[word] === undefined ? [] : [[word, when[word]]])),
  );
  return { name, layer, weight, action, lifetime, when: conditions, key };
}
