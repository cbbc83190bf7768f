import { expect, test } from "vitest";
import { home } from "../checks/helper.ts";
import { emitted, fileOf } from "./policies.ts";

const limits = (time: string) => {
  const more = `portal for ${time} user 1001 tcp 80 accept-risk KSP3001 reason "hotels"`;
  const text = fileOf(emitted("home", home({ more })), "switch/portal.nft");
  return [...text.matchAll(/timeout ([^ ,}]+)/g)].map(([, limit]) => limit);
};

test.each([
  ["5m", "300s"],
  ["1s", "1s"],
  ["1500ms", "1500ms"],
])("a portal for %s closes after that time, and no later", (time, limit) => {
  expect(limits(time)).toEqual([limit, limit]);
});
