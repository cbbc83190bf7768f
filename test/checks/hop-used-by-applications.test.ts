import { test } from "vitest";
import { chain, expectClean, expectFaults } from "./helper.ts";

const fault = {
  code: "KSP2031",
  message: "`entry` carries `exit` and no application",
  label: "not the last hop of its chain",
  mark: 1,
  secondary: [[0, "applications use `exit`"]],
  help: "use `exit`",
} as const;
const marked = "⟦chain private = entry -> exit⟧";

test("names asked at the first exit", () => {
  expectFaults(chain({ chain: marked, dns: "dns 10.65.0.1 ⟦through entry⟧" }), { ...fault, fixed: chain() });
});

test("an exemption in an earlier hop", () => {
  expectFaults(chain({ chain: marked, more: "allow in tcp 51413 ⟦through entry⟧" }), {
    ...fault,
    fixed: chain({ more: "allow in tcp 51413 through exit" }),
  });
});

test("the last hop, denies, and claims about the way in between", () => {
  expectClean(chain({ more: "allow in tcp 51413 through exit" }));
  expectClean(chain({ more: "deny out to 192.0.2.0/24 through entry" }));
  expectClean(chain({ more: "expect allow out mark 0x2 to 203.0.113.7 udp 51820 through entry while hop1 or up" }));
});

test("a forward into an earlier hop", () => {
  const lan = 'link lan {\n  interface "br0"\n  role inside\n}\n';
  expectFaults(
    chain({ more: `${lan}forward from link lan to tunnel ⟦entry⟧ masquerade` }).replace(
      "chain private = entry -> exit",
      "⟦chain private = entry -> exit⟧",
    ),
    {
      code: "KSP2031",
      message: "`entry` carries `exit` and no application",
      label: "not the last hop of its chain",
      mark: 1,
      secondary: [[0, "applications use `exit`"]],
      help: "use `exit`",
      fixed: chain({ more: `${lan}forward from link lan to tunnel exit masquerade` }),
    },
  );
});
