import { describe, expect, test } from "vitest";
import { exampleOnMac } from "../../pf/policies.ts";
import { expectFindings, loaded, type Mac, said as saidOf, stockMac, withAnchor } from "./pf-report.ts";

const { plan, files } = exampleOnMac("mac-laptop");
const stock = stockMac(loaded(files, "up"));
const said = (mac: Mac): readonly string[] => saidOf(plan, mac);

/** Whole neighbours: harmless as they are, and what of them would not be. */
const sharing: Mac = withAnchor(
  withAnchor(
    withAnchor(stock, "", {
      rules: `scrub-anchor "com.apple/*" all fragment reassemble
scrub-anchor "com.apple.internet-sharing" all fragment reassemble
anchor "com.apple/*" all
anchor "com.apple.internet-sharing" all`,
      translations: `nat-anchor "com.apple/*" all
nat-anchor "com.apple.internet-sharing" all
rdr-anchor "com.apple/*" all
rdr-anchor "com.apple.internet-sharing" all`,
    }),
    "com.apple.internet-sharing",
    { rules: 'anchor "shared_v4" all', translations: 'nat-anchor "shared_v4" all\nrdr-anchor "shared_v4" all' },
  ),
  "com.apple.internet-sharing/shared_v4",
  {
    rules: `scrub on en0 all no-df fragment reassemble
scrub on bridge100 all no-df max-mss 1410 fragment reassemble
pass on en0 all flags any keep state
pass on en0 proto esp all no state
pass on bridge100 all flags any keep state rtable 2`,
    translations: `nat on en0 inet from 192.168.2.0/24 to any -> (en0:0) extfilter ei
no nat on bridge100 inet from 192.168.2.1 to 192.168.2.0/24
rdr on bridge100 inet proto tcp from 192.168.2.0/24 to any port = 21 -> 127.0.0.1 port 8021`,
  },
);
const appleFirewall = withAnchor(
  withAnchor(stock, "com.apple/250.ApplicationFirewall", {
    rules: `block drop in inet proto icmp all icmp-type echoreq
block drop in inet6 proto ipv6-icmp all icmp6-type echoreq`,
  }),
  "com.apple/200.AirDrop/Bonjour",
  { rules: "pass in on p2p0 inet6 proto udp from any to any port = 5353 keep state" },
);
const vpn = withAnchor(
  withAnchor(stock, "", {
    rules: 'scrub-anchor "com.apple/*" all fragment reassemble\nanchor "com.apple/*" all\nanchor "othervpn" all',
    translations: 'nat-anchor "com.apple/*" all\nnat-anchor "othervpn" all\nrdr-anchor "com.apple/*" all',
  }),
  "othervpn",
  {
    rules: `pass quick on lo0 all flags any keep state
pass out quick on en0 inet proto udp from any to 203.0.113.77 port = 51820 keep state
pass quick on utun9 all user = 0 keep state
block return out quick all
block drop quick all`,
  },
);
const thirdParty = withAnchor(stock, "com.apple/900.murus", {
  rules: `block drop in log all
pass in quick inet proto tcp from <trusted> to any port = 22 flags S/SA keep state
block drop out quick inet from any to <banned>
pass out all flags S/SA keep state`,
  tables: { trusted: "192.168.1.0/24", banned: "203.0.113.200\n198.51.100.0/28" },
});
const splitTunnel = withAnchor(stock, "com.apple/050.split-tunnel", {
  rules:
    "pass out quick on utun4 route-to (en0 192.168.1.1) reply-to (en0 192.168.1.1) inet from any to 192.0.2.0/24 no state",
});

test.each<readonly [string, Mac]>([
  ["Internet Sharing", sharing],
  ["Apple's application firewall and AirDrop", appleFirewall],
  ["another VPN behind ours", vpn],
  ["a firewall of somebody else behind ours", thirdParty],
  ["a split tunnel behind ours", splitTunnel],
  [
    "names of ports that only that Mac knows",
    withAnchor(sharing, "com.apple.internet-sharing/shared_v4", {
      translations: "rdr on bridge100 inet proto tcp from 192.168.2.0/24 to any port = unheard -> 127.0.0.1 port 8021",
    }),
  ],
  ["loopback skipped", { ...stock, interfaces: "ALL\nen0\nlo0 (skip)\nutun4" }],
])("%s gives no alarm", (_, mac) => {
  expect(said(mac)).toEqual([]);
});

/** The main ruleset with a line before the stock one. */
const ahead = (mac: Mac, line: string): Mac => {
  const main = mac.anchors[""];
  return withAnchor(mac, "", { ...main, rules: `${line}\n${main?.rules ?? ""}` });
};
const moved = (mac: Mac, from: string, to: string): Mac => {
  const { [from]: anchored = {}, ...anchors } = mac.anchors;
  return { ...mac, anchors: { ...anchors, [to]: anchored } };
};

describe("a neighbour that opens or breaks is found, with a packet", () => {
  test.each<readonly [string, Mac, readonly RegExp[]]>([
    [
      "an interface skipped",
      { ...stock, interfaces: "ALL\nen0 (skip)\nlo0" },
      [/^opens has pf skip .*\(en0 \(skip\)\): out on en0 /],
    ],
    [
      "a pass before ours",
      ahead(stock, "pass quick on en0 all flags any keep state"),
      [/^opens lets packets pass .*\(pass quick on en0/],
    ],
    [
      "one by its state alone",
      ahead(stock, "pass out quick on utun9 all flags S/SA keep state"),
      [/^opens .*: out on utun9 /],
    ],
    [
      "its second VPN before ours",
      ahead(withAnchor(vpn, "", stock.anchors[""] ?? {}), 'anchor "othervpn" all'),
      [
        /^opens .*\(pass quick on lo0 .*established-original$/,
        /^opens .*203\.0\.113\.77/,
        /^opens .*utun9/,
        /^breaks refuses .*\(block return out/,
        /^breaks refuses .*\(block drop quick/,
      ],
    ],
    [
      "its ban list before ours",
      moved(thirdParty, "com.apple/900.murus", "com.apple/000.a"),
      [/^opens .*<trusted>/, /^breaks refuses what goes to and from a server .*<banned>.*198\.51\.100\.7/],
    ],
    [
      "the same as a rule of the main ruleset",
      ahead(stock, "block drop out quick inet proto udp from any to 198.51.100.7"),
      [/^breaks refuses what goes to and from a server/],
    ],
    [
      "its split tunnel before ours",
      moved(splitTunnel, "com.apple/050.split-tunnel", "com.apple/000.a"),
      [/^unclear the option reply-to /],
    ],
    [
      "names that are refused",
      ahead(stock, "block drop quick proto udp from any to any port = 53"),
      [/^breaks refuses what names are asked/],
    ],
    ["a probe that is refused", ahead(stock, "block drop out quick inet proto icmp all"), [/^breaks refuses a probe/]],
    [
      "a pass without a state",
      ahead(stock, "pass out quick on utun4 all no state"),
      [/^opens /, /^breaks keeps no state for/],
    ],
    [
      "a route past the tunnel",
      ahead(stock, "pass out quick on utun4 route-to en0 all flags S/SA keep state"),
      [/^opens .*: out on utun4 /, /^breaks sends elsewhere /],
    ],
    [
      "a translation that asks no rule",
      withAnchor(sharing, "com.apple.internet-sharing/shared_v4", {
        translations: "nat pass on en0 inet from any to any -> (en0:0)",
      }),
      [/^opens changes addresses and lets pass/],
    ],
    [
      "one inward",
      withAnchor(stock, "com.apple/x", {
        translations: "rdr pass on en0 inet proto tcp from any to any port = 22 -> 127.0.0.1 port 2222",
      }),
      [/^opens changes addresses and lets pass.*: in on en0 .*tcp 22/],
    ],
    [
      "a word that nobody knows",
      ahead(stock, "pass out quick on en0 all dscp 46 keep state"),
      [/^unclear the option dscp .*: out on en0/],
    ],
    ["a line that nobody knows", ahead(stock, "frobnicate all"), [/^unclear the statement frobnicate/]],
    [
      "rules in braces",
      ahead(stock, "anchor out on en1 {\n  block drop quick all\n}"),
      [/^unclear a rule in braces \(block drop quick all\)/],
    ],
    ["a tag", ahead(stock, "block drop out quick all tagged vm"), [/^unclear a tag/]],
    [
      "an unknown line in an anchor before ours",
      withAnchor(stock, "com.apple/000.a", { rules: "pass in quick on en0 all received-on en1" }),
      [/^unclear received-on/],
    ],
  ])("%s", (_, mac, expected) => {
    expectFindings(said(mac), expected);
  });
});
