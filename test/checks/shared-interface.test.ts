import { test } from "vitest";
import { chain, expectClean, expectFaults, home } from "./helper.ts";

const link = (device: string) => `link lan {\n  ${device}\n  role inside\n}`;

test("a tunnel and a link with one interface", () => {
  expectFaults(home({ links: link('⟦interface "wg0"⟧'), interface: '  ⟦interface "wg0"⟧' }), {
    code: "KSP2026",
    message: "link `lan` and tunnel `wg0` share the interface `wg0`",
    label: "the second owner",
    mark: 1,
    secondary: [[0, "the first owner"]],
    help: "give every interface to one tunnel or link",
  });
});

test("a prefix that covers it, on another system as well", () => {
  expectFaults(home({ links: link('⟦interface "wg*"⟧'), interface: '  ⟦interface "wg0"⟧' }), {
    code: "KSP2026",
    message: "link `lan` and tunnel `wg0` share the interface `wg0`",
    label: "the second owner",
    mark: 1,
    secondary: [[0, "the first owner"]],
    help: "give every interface to one tunnel or link",
  });
  expectFaults(
    home({
      links: link('⟦interface linux "eth1" windows "VPN"⟧'),
      interface: '  ⟦interface linux "wg0" windows "VPN"⟧',
    }),
    {
      code: "KSP2026",
      message: "link `lan` and tunnel `wg0` share the interface `VPN`",
      label: "the second owner",
      mark: 1,
      secondary: [[0, "the first owner"]],
      help: "give every interface to one tunnel or link",
    },
  );
});

test("two prefixes, the wider one first or last", () => {
  const two = (first: string, second: string) =>
    home({ links: `${link(first)}\n${link(second).replace("lan", "guests")}` });
  for (const [wide, narrow] of [
    ['⟦interface "br-*"⟧', '⟦interface "br-lan*"⟧'],
    ['⟦interface "br-lan*"⟧', '⟦interface "br-*"⟧'],
  ] as const) {
    expectFaults(two(wide, narrow), {
      code: "KSP2026",
      message: `link \`lan\` and link \`guests\` share the interface \`${narrow.split('"')[1]}\``,
      label: "the second owner",
      mark: 1,
      secondary: [[0, "the first owner"]],
      help: "give every interface to one tunnel or link",
    });
  }
  expectClean(two('interface "br-*"', 'interface "veth*"'));
});

test("one of several", () => {
  expectFaults(home({ links: link('⟦interface "br0", "wg0"⟧'), interface: '  ⟦interface "wg1", "wg0"⟧' }), {
    code: "KSP2026",
    message: "link `lan` and tunnel `wg0` share the interface `wg0`",
    label: "the second owner",
    mark: 1,
    secondary: [[0, "the first owner"]],
    help: "give every interface to one tunnel or link",
  });
});

test("an interface said twice by its owner", () => {
  expectFaults(home({ interface: '  ⟦interface "wg0", "wg*"⟧' }), {
    code: "KSP2006",
    message: "the interface `wg*` is said twice",
    label: "two names that mean it",
    help: "keep one of them",
  });
  expectFaults(home({ interface: '  ⟦interface linux "wg0" macos utun macos utun⟧' }), {
    code: "KSP2006",
    message: "the interface `utun` is said twice",
    label: "two names that mean it",
    help: "keep one of them",
  });
});

test("names that only look alike, and every utun", () => {
  expectClean(home({ links: link('interface "wg01", "br-*"') }));
  const text = chain().replace('"wg0"', 'linux "wg0" macos utun').replace('"wg1"', 'linux "wg1" macos utun');
  expectClean(text);
  expectClean(
    home({ links: link('interface linux "br0" macos "en*"'), interface: '  interface linux "wg0" macos utun' }),
  );
});
