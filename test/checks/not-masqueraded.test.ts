import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const links = 'link lan {\n  interface "br0"\n  role inside\n}';

test("a whole link into a tunnel for everything", () => {
  expectFaults(home({ links, more: "forward ⟦from link lan to tunnel wg0⟧" }), {
    code: "KSP2081",
    message: "packets are forwarded to `wg0` with addresses of link `lan`",
    label: "the server is likely to drop them",
    help: "give them the tunnel's address",
    fixed: home({ links, more: "forward from link lan to tunnel wg0 masquerade" }),
  });
});

test("named networks, and a tunnel that carries them alone", () => {
  expectClean(home({ links, more: "forward from link lan to tunnel wg0 10.20.0.0/16" }));
  expectClean(home({ links, more: "forward from link lan 192.168.7.0/24 to tunnel wg0" }));
  expectClean(home({ links, carries: "  carries 10.0.0.0/8", more: "forward from link lan to tunnel wg0" }));
});
