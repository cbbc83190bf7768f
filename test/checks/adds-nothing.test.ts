import { test } from "vitest";
import { expectClean, expectFaults, home, tunnel, watch } from "./helper.ts";

const fault = {
  code: "KSP2043",
  message: "this exemption adds nothing",
  label: "already open",
  help: "remove it",
} as const;
const second = { ...fault, mark: 1, secondary: [[0, "by this line"]] } as const;
const wifi = 'link wifi {\n  interface "wlan0"\n  role outside\n}';

test("an exemption inside another one, in any order", () => {
  const wide = "allow out to 203.0.113.0/24 tcp 1-1024";
  expectFaults(home({ more: `⟦${wide}⟧\n⟦allow out to 203.0.113.7 tcp 443⟧` }), {
    ...second,
    fixed: home({ more: `${wide}\n` }).replace("1024\n\n\n", "1024\n\n"),
  });
  expectFaults(home({ more: `⟦allow out user 7 to 203.0.113.7 tcp 443 while up⟧\n⟦${wide}⟧` }), {
    ...fault,
    secondary: [[1, "by this line"]],
    fixed: home({ more: `\n${wide}` }),
  });
});

test("the same user", () => {
  const wide = "allow out user 7 to 203.0.113.0/24";
  expectFaults(home({ more: `⟦${wide}⟧\n⟦allow out user 7 to 203.0.113.7 tcp 443⟧` }), {
    ...second,
    fixed: home({ more: `${wide}\n` }).replace("24\n\n\n", "24\n\n"),
  });
  expectClean(home({ more: `${wide}\nallow out user 8 to 203.0.113.7 tcp 443` }));
});

test("the same app, and some of the states", () => {
  const app = (name: string, user: number) =>
    `app ${name} {\n  linux user ${user}\n  traffic outside\n  on loss keep\n}`;
  const apps = `${app("backup", 7)}\n${app("mail", 8)}`;
  const wide = "allow out app backup to 203.0.113.0/24 while down or up";
  expectFaults(home({ more: `${apps}\n⟦allow out app backup to 203.0.113.7 while up⟧\n⟦${wide}⟧` }), {
    ...fault,
    secondary: [[1, "by this line"]],
    fixed: home({ more: `${apps}\n\n${wide}` }),
  });
  expectClean(home({ more: `${apps}\nallow out app mail to 203.0.113.7 while up\n${wide}` }));
  expectClean(home({ more: `${apps}\nallow out app backup to 203.0.113.7 while wg0:up\n${wide}` }));
});

test.each([
  ["protocol 47", "protocol 47", "protocol 50"],
  ["icmp", "icmp echo-request", "tcp 443"],
  ["icmp echo-request", "icmp echo-request", "icmp"],
  ["udp 400-500", "udp 443", "udp 443, 501"],
])("%s contains %s, and not %s", (wide, inside, beside) => {
  const net = `allow out to 203.0.113.0/24 ${wide}`;
  const host = "allow out to 203.0.113.7";
  expectFaults(home({ more: `⟦${net}⟧\n⟦${host} ${inside}⟧` }), {
    ...second,
    fixed: home({ more: `${net}\n` }).replace(`${wide}\n\n\n`, `${wide}\n\n`),
  });
  expectClean(home({ more: `${net}\n${host} ${beside}` }));
});

test("source ports", () => {
  const wide = "allow out from 0.0.0.0/0 1000-2000 to 203.0.113.0/24 tcp 443";
  expectClean(home({ more: `${wide}\nallow out to 203.0.113.7 tcp 443` }));
  expectClean(home({ more: `${wide}\nallow out from 192.168.1.7 999 to 203.0.113.7 tcp 443` }));
});

test("a host of the LAN", () => {
  expectFaults(home({ more: "⟦allow lan⟧\n⟦allow out to 192.168.1.10⟧" }), {
    ...second,
    fixed: home({ more: "allow lan\n" }).replace("lan\n\n\n", "lan\n\n"),
  });
});

test("one link of all of them, for DHCP and LAN as well", () => {
  expectFaults(home({ links: wifi, more: "⟦allow dhcp⟧\n⟦allow dhcp on wifi⟧" }), {
    ...second,
    fixed: home({ links: wifi, more: "allow dhcp\n" }).replace("dhcp\n\n\n", "dhcp\n\n"),
  });
});

test("of two that mean the same the later one is told", () => {
  const list = "list office = 203.0.113.0/24";
  const first = "allow out to @office tcp 443";
  expectFaults(home({ more: `${list}\n⟦${first}⟧\n⟦allow out to 203.0.113.0/24 tcp 443⟧` }), {
    ...second,
    fixed: home({ more: `${list}\n${first}\n` }).replace("443\n\n\n", "443\n\n"),
  });
});

test("a tunnel that carries everything", () => {
  const more = "⟦allow out to 203.0.113.7 tcp 443 through wg0⟧";
  expectFaults(home({ carries: "  ⟦carries everything⟧", more }), {
    ...fault,
    mark: 1,
    secondary: [[0, "by this line"]],
    fixed: home({ more: "\n" }).replace("block\n\n\n", "block\n\n"),
  });
  expectClean(home({ carries: "  carries 10.0.0.0/8", more: "allow out to 203.0.113.7 tcp 443 through wg0" }));
  expectClean(home({ more: "allow in tcp 51413 through wg0" }));
  const work = tunnel("work", "wg1", "  server 192.0.2.7 udp 51820\n  carrier mark 0x1/0xff", "10.66.0.2");
  const named = work.replace("carries everything", "carries 203.0.113.0/24");
  const allow = "allow out to 203.0.113.7 tcp 443 through wg0";
  expectClean(home({ more: `${named}\n${watch("work", "10.66.0.1")}\n${allow}` }));
});

test("a part that sticks out", () => {
  const wide = "allow out to 203.0.113.0/24 tcp 443";
  expectClean(home({ more: `${wide}\nallow out to 203.0.112.0/23 tcp 443 while down` }));
  expectClean(home({ more: `${wide}\nallow out to 203.0.113.7 udp 443` }));
  expectClean(home({ more: `${wide}\nallow in from 203.0.113.7 tcp 443` }));
  expectClean(home({ more: `${wide} while up\nallow out to 203.0.113.7 tcp 443` }));
  expectClean(home({ more: "allow out user 7 to 203.0.113.0/24\nallow out to 203.0.113.7" }));
  expectClean(home({ links: wifi, more: "allow dhcp on wifi\nallow discovery" }));
  expectClean(home({ more: "allow lan\nallow out to 192.168.1.10, 203.0.113.7" }));
  expectClean(home({ more: "allow lan\nallow dhcp\nallow discovery" }));
});

test("a short exemption that opens at boot, inside a long one that waits", () => {
  const many = Array.from({ length: 65 }, (_, i) => `203.0.113.${i * 2}`).join(", ");
  expectClean(home({ more: `allow out to ${many} tcp 443\nallow out to 203.0.113.4 tcp 443` }));
});

test("what is denied anyway has a message of its own", () => {
  expectFaults(
    home({ more: "⟦allow out to 203.0.113.7 tcp 443⟧\nallow out to 203.0.112.0/23\n⟦deny out to 203.0.113.0/24⟧" }),
    {
      code: "KSP2044",
      message: "this exemption opens nothing",
      label: "all of it is denied",
      secondary: [[1, "by this line"]],
      help: "remove one of the two",
    },
  );
});

test("a protocol by its number contains the one by its name", () => {
  const wide = "allow out to 203.0.113.0/24 protocol 6";
  expectFaults(home({ more: `⟦${wide}⟧\n⟦allow out to 203.0.113.7 tcp 443⟧` }), {
    ...second,
    fixed: home({ more: `${wide}\n` }).replace("6\n\n\n", "6\n\n"),
  });
  expectClean(home({ more: "allow out to 203.0.113.0/24 protocol 17\nallow out to 203.0.113.7 tcp 443" }));
});

test("what is refused as too wide is told of once, and nothing is called superfluous beside it", () => {
  expectFaults(home({ more: "allow out to ⟦8.0.0.0/8⟧\nallow out to 8.8.4.0/24 tcp 443" }), {
    code: "KSP2034",
    message: "this exemption lets traffic to `8.0.0.0/8` pass outside the tunnels",
    label: "too wide for an exemption",
    help: 'name the networks that must stay reachable, send the traffic `through` a tunnel, or end the statement with `accept-risk KSP3001 reason "…"`',
  });
});

test("hosts: what they open changes, so nothing is for sure inside it", () => {
  const host = (name: string, more: string) => `allow host "${name}.example" at ${more}`;
  expectClean(home({ more: `${host("a", "203.0.113.9 tcp 443")}\n${host("b", "203.0.113.10 tcp 443")}` }));
  expectClean(home({ more: `${host("a", "203.0.113.9 tcp 443")}\nallow out to 203.0.113.9 tcp 443` }));
  expectClean(home({ more: `${host("a", "203.0.113.9 within 203.0.112.0/23 tcp 443")}\nallow out to 203.0.113.0/24` }));
  const wide = "allow out to 203.0.112.0/23 tcp 443";
  expectFaults(home({ more: `⟦${wide}⟧\n⟦${host("a", "203.0.113.9 within 203.0.113.0/24 tcp 443")}⟧` }), {
    ...second,
    fixed: home({ more: `${wide}\n` }).replace("443\n\n\n", "443\n\n"),
  });
});
