import { expect, test } from "vitest";
import { diagnose, expectClean, expectFaults, home } from "./helper.ts";

test("a name that is too long", () => {
  expectFaults(home({ interface: '  ⟦interface "wireguard-home-1"⟧' }), {
    code: "KSP2027",
    message: "`wireguard-home-1` cannot name a Linux interface: it is longer than 15 bytes",
    label: "not the name of an interface",
    help: "write a name as `ip link` prints it, or a prefix such as `br-*`",
  });
});

test.each([
  ["wg+", "iptables reads `+` as any ending"],
  ["w*g", "`*` may only end it"],
  ["w**", "`*` may only end it"],
  ["lo", "`lo` is the loopback, which stays open"],
  ["l*", "`lo` is the loopback, which stays open"],
  ["a/b", "it holds `/`"],
  ["a b", "it holds a blank"],
  ["a:b", "it holds `:`"],
  ["a'b", "it holds `'`"],
  [".", "it is a folder"],
  ["aaaaaaaaaaaaaaa*", "it is longer than 14 bytes"],
])("%s", (name, reason) => {
  const found = diagnose({ file: "home.ksp", text: home({ interface: `  interface "${name}"` }) });
  expect(found.map(({ message }) => message)).toEqual([`\`${name}\` cannot name a Linux interface: ${reason}`]);
});

test.each([
  ["Loopback Pseudo-Interface 1", "it is the loopback, which stays open"],
  [" Ethernet", "it begins or ends with a blank"],
  ["Ethernet ", "it begins or ends with a blank"],
  ["a".repeat(257), "it is longer than 256 characters"],
])("on Windows: %s", (name, reason) => {
  const found = diagnose({ file: "home.ksp", text: home({ interface: `  interface linux "wg0" windows "${name}"` }) });
  expect(found.map(({ message }) => message)).toEqual([`\`${name}\` cannot name a Windows interface: ${reason}`]);
});

test("on Windows a quotation mark", () => {
  expectFaults(home({ interface: `  ⟦interface linux "wg0" windows 'a"b'⟧` }), {
    code: "KSP2027",
    message: '`a"b` cannot name a Windows interface: it holds `"`',
    label: "not the name of an interface",
    help: "write the name as `Get-NetAdapter` prints it",
  });
});

test("utun is macOS's", () => {
  const found = diagnose({ file: "home.ksp", text: home({ interface: "  interface linux utun" }) });
  expect(found.map(({ message }) => message)).toEqual(["`utun` cannot name a Linux interface: `utun` is macOS's"]);
});

test("names at the limit, and long names elsewhere", () => {
  expectClean(home({ interface: '  interface "wireguard-home1"' }));
  expectClean(home({ interface: '  interface "aaaaaaaaaaaaaa*"' }));
  expectClean(home({ interface: '  interface linux "wg0" windows "Local Area Connection* 2"' }));
  expectClean(home({ interface: '  interface "lo-vpn.7"' }));
});

test("names that a system reads in its own way", () => {
  expectFaults(home({ interface: '  ⟦interface "all"⟧' }), {
    code: "KSP2027",
    message: "`all` cannot name a Linux interface: `all` stands for every interface in sysctl",
    label: "not the name of an interface",
    help: "write a name as `ip link` prints it, or a prefix such as `br-*`",
  });
  expectFaults(home({ interface: '  ⟦interface "default"⟧' }), {
    code: "KSP2027",
    message: "`default` cannot name a Linux interface: `default` stands for every interface in sysctl",
    label: "not the name of an interface",
    help: "write a name as `ip link` prints it, or a prefix such as `br-*`",
  });
  expectFaults(home({ interface: '  ⟦interface "wg?"⟧' }), {
    code: "KSP2027",
    message: "`wg?` cannot name a Linux interface: tools read `?` as a pattern",
    label: "not the name of an interface",
    help: "write a name as `ip link` prints it, or a prefix such as `br-*`",
  });
  expectFaults(home({ interface: '  ⟦interface "wg[0-9]"⟧' }), {
    code: "KSP2027",
    message: "`wg[0-9]` cannot name a Linux interface: tools read `[` as a pattern",
    label: "not the name of an interface",
    help: "write a name as `ip link` prints it, or a prefix such as `br-*`",
  });
  expectFaults(home({ interface: '  ⟦interface "!wg0"⟧' }), {
    code: "KSP2027",
    message: "`!wg0` cannot name a Linux interface: tools read `!` as a pattern",
    label: "not the name of an interface",
    help: "write a name as `ip link` prints it, or a prefix such as `br-*`",
  });
  expectFaults(home({ interface: '  ⟦interface "wg%d"⟧' }), {
    code: "KSP2027",
    message: "`wg%d` cannot name a Linux interface: `%` makes the kernel choose a number",
    label: "not the name of an interface",
    help: "write a name as `ip link` prints it, or a prefix such as `br-*`",
  });
  expectFaults(home({ interface: '  ⟦interface "wg0@if3"⟧' }), {
    code: "KSP2027",
    message: "`wg0@if3` cannot name a Linux interface: `ip link` prints `@` and the peer behind the name",
    label: "not the name of an interface",
    help: "write a name as `ip link` prints it, or a prefix such as `br-*`",
  });
  expectClean(home({ interface: '  interface "inet"' }));
});
