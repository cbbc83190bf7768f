import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP2044",
  message: "this exemption opens nothing",
  label: "all of it is denied",
  secondary: [[1, "by this line"]],
  help: "remove one of the two",
} as const;

test("an exemption inside a deny", () => {
  expectFaults(home({ more: "⟦allow out to 203.0.113.7 tcp 443⟧\n⟦deny out to 203.0.113.0/24⟧" }), fault);
  expectFaults(home({ more: "⟦allow out to 203.0.113.7 tcp 443 while up⟧\n⟦deny out tcp 400-500⟧" }), fault);
});

test("the LAN, all of it", () => {
  const links = 'link wifi {\n  interface "wlan0"\n  role outside\n}';
  const deny = "deny out to 10.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16 on wifi";
  expectFaults(home({ links, more: `⟦allow lan on wifi⟧\n⟦${deny}⟧` }), fault);
});

test("ports of names", () => {
  const names = {
    code: "KSP2044",
    message: "this exemption opens nothing",
    label: "ports of names are open to declared resolvers alone",
    help: "declare the resolver with `dns`, or remove the statement",
  } as const;
  expectFaults(home({ more: "⟦allow out to 192.168.1.1 udp 53⟧" }), names);
  expectFaults(home({ more: "⟦allow out to 203.0.113.9 tcp 853 through wg0⟧" }), names);
  expectClean(home({ more: "allow out to 192.168.1.1 udp 53, 123" }));
  expectClean(home({ more: "allow in from 192.168.1.0/24 udp 5353" }));
});

test("what a tunnel names, and its servers", () => {
  const owned = (text: string) => text.replace("tunnel wg0", "tunnel ⟦wg0⟧");
  const tunnels = {
    code: "KSP2044",
    message: "this exemption opens nothing",
    label: "all of it belongs to tunnels",
    mark: 1,
    secondary: [[0, "what `wg0` names, and its servers, leave by no other way"]],
    help: "remove the statement, or take the addresses out of the tunnel",
  } as const;
  const carries = "  carries everything and 10.0.0.0/8";
  expectFaults(owned(home({ carries, more: "⟦allow out to 10.1.0.0/16 tcp 443⟧" })), tunnels);
  expectFaults(owned(home({ carries, more: "⟦allow in from 10.1.0.0/16 tcp 22⟧" })), tunnels);
  expectFaults(owned(home({ more: "⟦allow out to 198.51.100.7 tcp 22⟧" })), tunnels);
  expectClean(home({ carries, more: "allow lan\nallow out to 10.1.0.0/16, 203.0.113.9 tcp 443" }));
  expectClean(home({ more: "allow in from 198.51.100.7 tcp 22" }));
  expectClean(home({ carries, more: "allow in from 10.1.0.0/16 tcp 22 through wg0" }));
});

test("a deny that is narrower, for some states, some users or another path", () => {
  const allow = "allow out to 203.0.113.0/24 tcp 443";
  expectClean(home({ more: `${allow}\ndeny out to 203.0.113.7` }));
  expectClean(home({ more: `${allow}\ndeny out to 203.0.113.0/24 udp 443` }));
  expectClean(home({ more: `${allow}\ndeny out to 203.0.113.0/24 while down` }));
  expectClean(home({ more: `${allow}\ndeny out user 1007 to 203.0.113.0/24` }));
  expectClean(home({ more: `${allow}\ndeny out to 203.0.113.0/24 through wg0` }));
  expectClean(home({ more: `${allow}\ndeny in from 203.0.113.0/24` }));
  expectClean(home({ more: "allow dhcp\ndeny out to 255.255.255.255" }));
});

const lan = 'link lan {\n  interface "br0"\n  role inside\n}\nlink wan {\n  interface "eth0"\n  role outside\n}';

test("a forward that is denied, asks for names, or leads to what a tunnel names", () => {
  expectFaults(home({ links: lan, more: "⟦forward from link lan to tunnel wg0 masquerade⟧\n⟦deny forward⟧" }), {
    code: "KSP2044",
    message: "this `forward` opens nothing",
    label: "all of it is denied",
    secondary: [[1, "by this line"]],
    help: "remove one of the two",
  });
  expectFaults(home({ links: lan, more: "⟦forward from link lan to tunnel wg0 udp 53 masquerade⟧" }), {
    code: "KSP2044",
    message: "this `forward` opens nothing",
    label: "ports of names are open to declared resolvers alone",
    help: "declare the resolver with `dns`, or remove the statement",
  });
});

test("a forward to a tunnel in a state that has it closed", () => {
  expectFaults(
    home({ links: lan, more: "⟦forward from link lan to tunnel wg0 masquerade while down⟧" }).replace(
      "tunnel wg0",
      "tunnel ⟦wg0⟧",
    ),
    {
      code: "KSP2044",
      message: "this `forward` opens nothing",
      label: "no state of its `while` has the tunnel open",
      mark: 1,
      secondary: [[0, "`wg0` is open to applications when all of its chain is up"]],
      help: "name a state in which the chain is up, or remove `while`",
    },
  );
  expectFaults(
    home({ more: "⟦allow in tcp 51413 through wg0 while down or lockdown⟧" }).replace("tunnel wg0", "tunnel ⟦wg0⟧"),
    {
      code: "KSP2044",
      message: "this exemption opens nothing",
      label: "no state of its `while` has the tunnel open",
      mark: 1,
      secondary: [[0, "`wg0` is open to applications when all of its chain is up"]],
      help: "name a state in which the chain is up, or remove `while`",
    },
  );
  expectClean(home({ links: lan, more: "forward from link lan to tunnel wg0 masquerade while up" }));
});

test("a new destination that a tunnel names", () => {
  expectFaults(
    home({ links: lan, more: "⟦forward from tunnel wg0 to link lan tcp 80 rewrite to 10.64.0.2⟧" }).replace(
      "tunnel wg0",
      "tunnel ⟦wg0⟧",
    ),
    {
      code: "KSP2044",
      message: "this `forward` opens nothing",
      label: "all of it belongs to tunnels",
      mark: 1,
      secondary: [[0, "what `wg0` names, and its servers, leave by no other way"]],
      help: "remove the statement, or take the addresses out of the tunnel",
    },
  );
});

test("addresses of loopback", () => {
  expectFaults(home({ more: "⟦allow out to 127.0.0.1 tcp 22⟧" }), {
    code: "KSP2044",
    message: "this exemption opens nothing",
    label: "addresses of loopback stay on loopback",
    help: "remove the statement",
  });
});

test("a portal", () => {
  expectFaults(home({ more: "⟦portal for 5m udp 53 accept-risk KSP3001⟧" }), {
    code: "KSP2044",
    message: "this portal opens nothing",
    label: "ports of names are open to declared resolvers alone",
    help: "declare the resolver with `dns`, or remove the statement",
  });
  expectFaults(home({ more: "⟦deny out tcp 80⟧\n⟦portal for 5m tcp 80 accept-risk KSP3001⟧" }), {
    code: "KSP2044",
    message: "this portal opens nothing",
    label: "all of it is denied",
    mark: 1,
    secondary: [[0, "by this line"]],
    help: "remove one of the two",
  });
  expectClean(home({ more: "deny out tcp 80\nportal for 5m tcp 80, 443 accept-risk KSP3001" }));
});

test("a host", () => {
  const host = 'allow host "a.example" at 203.0.113.9 within 203.0.113.0/24 tcp 443';
  expectFaults(home({ more: `⟦deny out to 203.0.113.0/24⟧\n⟦${host}⟧` }), {
    code: "KSP2044",
    message: "this exemption opens nothing",
    label: "all of it is denied",
    mark: 1,
    secondary: [[0, "by this line"]],
    help: "remove one of the two",
  });
  expectClean(home({ more: `deny out to 203.0.113.9\n${host}` }));
});
