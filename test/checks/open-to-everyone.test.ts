import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP2036",
  message: "this exemption opens every port of this machine to everyone",
  label: "neither the senders nor the ports are named",
  help: "name the port, such as `tcp 22`, or the senders, such as `from 192.168.1.0/24`",
} as const;

test("everything from everywhere", () => {
  expectFaults(home({ more: "⟦allow in⟧" }), fault);
  expectFaults(home({ more: "⟦allow in from 0.0.0.0/0⟧" }), fault);
  const links = 'link wan {\n  interface "eth0"\n  role outside\n}\nlink lan {\n  interface "br-lan"\n  role inside\n}';
  expectFaults(home({ links, more: "⟦allow in on wan⟧" }), fault);
  expectClean(home({ links, more: "allow in on lan" }));
});

test("a port, senders, a tunnel or an inside link", () => {
  const links = 'link lan {\n  interface "br-lan"\n  role inside\n}';
  expectClean(home({ more: "allow in tcp 22" }));
  expectClean(home({ more: "allow in from 192.168.1.0/24" }));
  expectClean(home({ more: "allow in through wg0" }));
  expectClean(home({ links, more: "allow in on lan" }));
});

const lan = 'link lan {\n  interface "br0"\n  role inside\n}\nlink wan {\n  interface "eth0"\n  role outside\n}';

test("a forward from outside", () => {
  expectFaults(home({ links: lan, more: "forward from ⟦link wan⟧ to link lan" }), {
    code: "KSP2036",
    message: "this `forward` opens every port of other machines to everyone",
    label: "neither the senders nor the ports are named",
    help: "name the port, such as `tcp 22`, or the senders, behind the name of the link",
  });
  expectClean(home({ links: lan, more: "forward from link wan to link lan tcp 80 rewrite to 192.168.1.7" }));
  expectClean(home({ links: lan, more: "forward from link wan 198.51.100.0/28 to link lan" }));
  expectClean(home({ links: lan, more: "forward from link lan to tunnel wg0 masquerade" }));
});
