import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP2030",
  message: "`accept-risk KSP3002` accepts nothing here",
  label: "no name leaves outside the tunnels by it",
  help: "remove the caveat",
} as const;

test("a resolver inside a tunnel", () => {
  expectFaults(home({ dns: "⟦dns 10.64.0.1 through wg0 accept-risk KSP3002⟧" }), { ...fault, fixed: home() });
});

test("a risk that is one", () => {
  const links = 'link office {\n  interface "eth0"\n  role outside\n}';
  expectClean(home({ links, more: "dns 192.168.1.1 on office accept-risk KSP3002" }));
});

const narrow = (risk: string, label: string) =>
  ({ ...fault, message: `\`accept-risk ${risk}\` accepts nothing here`, label }) as const;

test("an exemption and a forward that are narrow enough", () => {
  expectFaults(home({ more: "⟦allow out to 203.0.113.7 tcp 443 accept-risk KSP3001 until 2027-03-31⟧" }), {
    ...narrow("KSP3001", "narrow enough without it"),
    fixed: home({ more: "allow out to 203.0.113.7 tcp 443 until 2027-03-31" }),
  });
  expectFaults(home({ links: inside, more: "⟦forward from link lan to tunnel wg0 masquerade accept-risk KSP3001⟧" }), {
    ...narrow("KSP3001", "narrow enough without it"),
    fixed: home({ links: inside, more: "forward from link lan to tunnel wg0 masquerade" }),
  });
});

test("a portal without names", () => {
  expectFaults(home({ more: "⟦portal for 5m user 1001 tcp 80 accept-risk KSP3001, KSP3002⟧" }), {
    ...narrow("KSP3002", "no `and dns` here"),
    fixed: home({ more: "portal for 5m user 1001 tcp 80 accept-risk KSP3001" }),
  });
});

const inside = 'link lan {\n  interface "br-lan"\n  role inside\n}';
