import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const links = 'link lan {\n  interface "br0"\n  role inside\n}\nlink lab {\n  interface "br1"\n  role inside\n}';

test("a route inside another one, in any order", () => {
  const wide = "forward from link lan to tunnel wg0 masquerade";
  const narrow = "forward from link lan 192.168.1.0/24 to tunnel wg0 203.0.113.0/24 tcp 443 masquerade while up";
  const fault = {
    code: "KSP2043",
    message: "this `forward` adds nothing",
    label: "already open",
    help: "remove it",
  } as const;
  expectFaults(home({ links, more: `⟦${wide}⟧\n⟦${narrow}⟧` }), {
    ...fault,
    mark: 1,
    secondary: [[0, "by this line"]],
    fixed: home({ links, more: `${wide}\n` }).replace("masquerade\n\n\n", "masquerade\n\n"),
  });
  expectFaults(home({ links, more: `⟦${narrow}⟧\n⟦${wide}⟧` }), {
    ...fault,
    secondary: [[1, "by this line"]],
    fixed: home({ links, more: `\n${wide}` }),
  });
});

test("another side, change, network or port", () => {
  const route = "forward from link lan to tunnel wg0";
  expectClean(home({ links, more: `${route} masquerade\nforward from link lab to tunnel wg0 masquerade` }));
  expectClean(home({ links, more: `${route} masquerade\n${route} 10.20.0.0/16` }));
  expectClean(home({ links, more: `${route} tcp 443 masquerade\n${route} 10.20.0.0/16 tcp 444 masquerade` }));
  const lab = "forward from link lan 192.168.1.0/24 to link lab";
  expectClean(home({ links, more: `${lab}\nforward from link lan 192.168.0.0/16 to link lab tcp 22` }));
});
