import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const tailnet = (line: string) => `link tailnet {
  interface "tailscale0"
  role inside
}
${line}`;
const fault = {
  code: "KSP2095" as const,
  message: "what goes to `tailnet` may go on to the internet",
  mark: 0,
  help: "name the networks behind the link, such as `to 172.16.0.0/12`",
};

test("everything, to a link that may have a way out", () => {
  expectFaults(home({ more: tailnet("⟦allow out on tailnet⟧") }), {
    ...fault,
    label: "no `to`, so it reaches every address",
  });
});

test("public networks, whole or in pieces", () => {
  for (const networks of ["0.0.0.0/0", "0.0.0.0/1, 128.0.0.0/1", "8.0.0.0/8"])
    expectFaults(home({ more: tailnet(`allow out to ⟦${networks}⟧ on tailnet`) }), {
      ...fault,
      label: "public addresses",
    });
});

test("networks of one's own, a few public ones, and what comes in", () => {
  expectClean(home({ more: tailnet("allow out to 100.64.0.0/10, 192.0.2.0/24 on tailnet") }));
  expectClean(home({ more: tailnet("allow in from 0.0.0.0/0 tcp 22 on tailnet") }));
});
