import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const links = 'link lan {\n  interface "br0"\n  role inside\n}\nlink wifi {\n  interface "wlan0"\n  role outside\n}';

test("one interface, and a tunnel", () => {
  expectFaults(home({ links, more: "forward from link lan to ⟦link lan⟧" }), {
    code: "KSP2078",
    message: "this `forward` leads back to link `lan`",
    label: "where the packets come from",
    help: "name the side where the packets shall go, or the two networks",
  });
  expectFaults(home({ more: "forward from tunnel wg0 to ⟦tunnel wg0⟧" }), {
    code: "KSP2078",
    message: "this `forward` leads back to tunnel `wg0`",
    label: "where the packets come from",
    help: "name the side where the packets shall go, or the two networks",
  });
});

test("several interfaces, and two networks on one", () => {
  expectClean(
    home({
      links: 'link lan {\n  interface "br0", "br1"\n  role inside\n}',
      more: "forward from link lan to link lan",
    }),
  );
  expectClean(
    home({ links: 'link lan {\n  interface "br-*"\n  role inside\n}', more: "forward from link lan to link lan" }),
  );
  expectClean(home({ links, more: "forward from link lan 192.168.1.0/24 to link lan 192.168.2.0/24" }));
  expectClean(home({ links, more: "forward from link lan to tunnel wg0 masquerade" }));
});
