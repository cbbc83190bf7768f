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
const otherVpn = "othervpn";
const vpn = withAnchor(
  withAnchor(stock, "", {
    rules: 'scrub-anchor "com.apple/*" all fragment reassemble\nanchor "com.apple/*" all\nanchor "othervpn" all',
    translations: 'nat-anchor "com.apple/*" all\nnat-anchor "othervpn" all\nrdr-anchor "com.apple/*" all',
  }),
  otherVpn,
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

/** The main ruleset with a line before the stock one. */
function leading(line: string): Mac {
  const main = stock.anchors[""];
  return withAnchor(stock, "", { ...main, rules: `${line}\n${main?.rules ?? ""}` });
}
/** An anchor that calls another, from where it stands. */
const climbing = (from: string, path: string): Mac =>
  withAnchor(withAnchor(stock, from, { rules: `anchor "${path}" all` }), "com.apple/900.x", { rules: quick });
/** Translations in front of those of the main ruleset. */
function translating(line: string): Mac {
  const main = stock.anchors[""];
  return withAnchor(stock, "", { ...main, translations: `${line}\n${main?.translations ?? ""}` });
}
const redirects = "rdr pass on en0 inet proto tcp from any to any port = 22 -> 127.0.0.1 port 2222";
const lets = "pass out on en0 all flags S/SA keep state";
const quick = "pass out quick on en0 all flags S/SA keep state";

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
  ["an anchor of translations that nothing leads to", withAnchor(stock, "com.apple/x/y", { translations: redirects })],
  ["one whose rules alone are asked", withAnchor(leading('anchor "other" all'), "other", { translations: redirects })],
  [
    "rules that are not final, in an anchor that is not",
    withAnchor(leading('anchor "other" all'), "other", { rules: lets }),
  ],
  ["a sibling behind ours", withAnchor(stock, "com.apple/000.ksq", { rules: quick })],
  [
    "a redirect of what answers, which has its state already",
    withAnchor(stock, "com.apple/x", {
      translations: "rdr on en0 inet proto udp from 198.51.100.7 to any -> 127.0.0.1",
    }),
  ],
  [
    "what is not translated, in words that nobody knows",
    withAnchor(stock, "com.apple/x", { translations: "no nat on en0 frob" }),
  ],
  [
    "a rule that is logged in words, and not final",
    leading("pass out log (all, to pflog1) on en0 all flags any keep state"),
  ],
  [
    "a refusal that tells by ICMP, of what ours refuse too",
    leading("block return-icmp(port-unr) out quick on en0 inet proto udp from any to 192.0.2.9"),
  ],
  ["`quick` in a label alone", leading('pass out on en0 all dscp 46 flags any keep state label "so quick it is"')],
  ["an anchor that climbs behind ours", climbing("com.apple/900.a", "../900.x")],
  ["an anchor that climbs to nothing", climbing("com.apple/000.a", "../../900.x/*")],
  [
    "no change of the family of addresses",
    withAnchor(stock, "", { ...stock.anchors[""], translations: "no nat64 on en0 inet6 from any to 64:ff9b::/96" }),
  ],
  ["an address of the LAN", translating("nat on en0 inet from any to any -> 192.168.1.2")],
  ["the address of the card", translating("nat on en0 inet from any to any -> (en0)")],
  ["the tunnel's address on it", translating("nat on utun4 inet from 192.168.1.0/24 to any -> 10.64.0.2")],
  ["the tunnel's address, of machines behind", translating("nat on en0 inet from 192.168.2.0/24 to any -> 10.64.0.2")],
  ["loopback skipped", { ...stock, interfaces: "ALL\nen0\nlo0 (skip)\nutun4" }],
])("%s gives no alarm", (_, mac) => {
  expect(said(mac)).toEqual([]);
});

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
      leading("pass quick on en0 all flags any keep state"),
      [/^opens lets packets pass .*\(pass quick on en0/],
    ],
    [
      "a pass that logs all",
      leading("pass out log (all) quick on en0 all flags any keep state"),
      [/^opens .*\(pass out log \(all\) quick on en0 /],
    ],
    [
      "a pass that logs elsewhere",
      leading("pass out log (all, user, to pflog1) quick on en0 all flags any keep state"),
      [/^opens .*\(pass out log \(all, user, to pflog1\) quick /],
    ],
    ...["icmp(port-unr)", "icmp(port-unr, addr-unr)", "icmp"].map((how): [string, Mac, RegExp[]] => [
      `a refusal that tells by ${how}`,
      leading(`block return-${how} out quick inet proto udp from any to 198.51.100.7`),
      [/^breaks refuses what goes to and from a server /],
    ]),
    [
      "one that tells by ICMPv6",
      leading("block return-icmp6(port-unr) out quick inet6 proto ipv6-icmp all"),
      [/^breaks refuses .*\(block return-icmp6\(port-unr\) /],
    ],
    [
      "one that tells by TCP",
      leading("block return-rst(ttl 5) out quick on utun4 inet proto tcp all"),
      [/^breaks refuses .*\(block return-rst\(ttl 5\) /],
    ],
    [
      "a final rule behind words that nobody knows",
      leading("pass out frob (all, on en0) quick on en0 all flags any keep state"),
      [/^unclear .*\(pass out frob /],
    ],
    [
      "an anchor that climbs to what is final",
      climbing("com.apple/000.a", "../900.x"),
      [/^opens .*\(pass out quick on en0 /],
    ],
    [
      "translations behind an anchor that climbs",
      withAnchor(withAnchor(stock, "com.apple/000.a", { translations: 'rdr-anchor "../../other" all' }), "other", {
        translations: redirects,
      }),
      [/^opens changes addresses and lets pass/],
    ],
    ...[
      "nat64 pass on en0 inet6 from any to 64:ff9b::/96 -> (en0)",
      'nat64-anchor "com.apple/*" all',
      "nat64 on en0 all -> (en0)",
    ].map((line): [string, Mac, RegExp[]] => [
      line,
      withAnchor(stock, "", { ...stock.anchors[""], translations: line }),
      [/^unclear a change of the family of addresses /],
    ]),
    [
      "one by its state alone",
      leading("pass out quick on utun9 all flags S/SA keep state"),
      [/^opens .*: out on utun9 /],
    ],
    [
      "its second VPN before ours",
      withAnchor(leading('anchor "othervpn" all'), otherVpn, vpn.anchors[otherVpn] ?? {}),
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
      leading("block drop out quick inet proto udp from any to 198.51.100.7"),
      [/^breaks refuses what goes to and from a server/],
    ],
    [
      "its split tunnel before ours",
      moved(splitTunnel, "com.apple/050.split-tunnel", "com.apple/000.a"),
      [/^unclear the option reply-to /],
    ],
    [
      "names that are refused",
      leading("block drop quick proto udp from any to any port = 53"),
      [/^breaks refuses what names are asked/],
    ],
    ["a probe that is refused", leading("block drop out quick inet proto icmp all"), [/^breaks refuses a probe/]],
    [
      "a pass without a state",
      leading("pass out quick on utun4 all no state"),
      [/^opens /, /^breaks keeps no state for/],
    ],
    [
      "a route past the tunnel",
      leading("pass out quick on utun4 route-to en0 all flags S/SA keep state"),
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
      "the tunnel's address on the card",
      translating("nat on en0 inet from any to any -> 10.64.0.2"),
      [
        /^breaks gives an address that no answer comes to, to what goes to and from a server \(nat on en0 .*: out on en0 /,
      ],
    ],
    [
      "rules that are final by their anchor",
      withAnchor(leading('anchor "other" quick all'), "other", { rules: lets }),
      [/^opens /],
    ],
    ["an anchor by its whole path", withAnchor(leading('anchor "/other" all'), "other", { rules: quick }), [/^opens /]],
    [
      "a table of the main rules, named in an anchor",
      withAnchor(
        withAnchor(stock, "", { ...stock.anchors[""], tables: { near: "203.0.113.0/28" } }),
        "com.apple/000.a",
        { rules: "pass out quick on en0 inet from any to <near> flags S/SA keep state" },
      ),
      [/^opens .* to 203\.0\.113\.\d /],
    ],
    [
      "two interfaces skipped",
      { ...stock, interfaces: "ALL\nen0 (skip)\nen1\nutun4 (skip)" },
      [/^opens .*\(en0 \(skip\)\): out on en0 /, /^opens .*\(utun4 \(skip\)\): out on utun4 /],
    ],
    [
      "a pass before ours, beside loopback skipped",
      { ...leading(quick), interfaces: "ALL\nlo0 (skip)" },
      [/^opens lets packets pass .*\(pass out quick on en0 /],
    ],
    [
      "an order of users",
      leading("pass out quick on en0 inet proto tcp all user 1 >< 6 flags S/SA keep state"),
      [/^unclear an order of ids /],
    ],
    [
      "an order of groups",
      leading("pass out quick on en0 inet proto tcp all group > 6 flags S/SA keep state"),
      [/^unclear an order of ids /],
    ],
    [
      "a network of an interface",
      leading("pass out quick on en0 inet from (en0:network) to any flags S/SA keep state"),
      [/^unclear addresses of an interface /],
    ],
    [
      "addresses of another interface",
      leading("pass out quick on en0 inet from (en1) to any flags S/SA keep state"),
      [/^unclear addresses of an interface /],
    ],
    [
      "all but its own addresses",
      leading("pass in quick on en0 inet from any to ! (en0) no state"),
      [/^opens .*\((multicast|broadcast)\)/],
    ],
    [
      "an anchor behind a tag",
      withAnchor(leading('anchor "other" all tagged vm'), "other", { rules: "block drop quick all" }),
      [/^unclear a tag, which any rule may have set \(anchor "other" all tagged vm\)/],
    ],
    [
      "two lines that nobody knows, each by itself",
      leading("frobnicate in\nfrobnicate out"),
      [/^unclear .*\(frobnicate in\)/, /^unclear .*\(frobnicate out\)/],
    ],
    [
      "two addresses for one, in both directions",
      withAnchor(stock, "com.apple/x", {
        translations: "binat pass on en0 inet from 192.168.1.2 to any -> 203.0.113.9",
      }),
      [/^opens changes addresses/],
    ],
    [
      "what asks for neighbours, sent elsewhere",
      withAnchor(stock, "com.apple/x", { translations: "rdr on en0 inet6 proto ipv6-icmp from any to any -> ::1" }),
      [/^breaks sends elsewhere the business of the link /],
    ],
    [
      "the same, or not",
      withAnchor(stock, "com.apple/x", {
        translations: "rdr on en0 inet6 proto ipv6-icmp from any to any tagged x -> ::1",
      }),
      [/^unclear a tag/],
    ],
    [
      "a translation that nobody knows, and that asks no rule",
      withAnchor(stock, "com.apple/x", { translations: "nat pass on en0 frob from any to any -> (en0:0)" }),
      [/^unclear .*\(nat pass on en0 frob .*: out on en0 /],
    ],
    [
      "one that nobody knows beside it changes nothing",
      leading("block drop out quick inet proto udp from any to 198.51.100.7\nblock drop in quick on en9 all frob"),
      [/^breaks refuses what goes to and from a server /],
    ],
    [
      "a word that nobody knows",
      leading("pass out quick on en0 all dscp 46 keep state"),
      [/^unclear the option dscp .*: out on en0/],
    ],
    ["a line that nobody knows", leading("frobnicate all"), [/^unclear the statement frobnicate/]],
    [
      "rules in braces",
      leading("anchor out on en1 {\n  block drop quick all\n}"),
      [/^unclear a rule in braces \(block drop quick all\)/],
    ],
    ["a tag", leading("block drop out quick all tagged vm"), [/^unclear a tag/]],
    [
      "an unknown line in an anchor before ours",
      withAnchor(stock, "com.apple/000.a", { rules: "pass in quick on en0 all received-on en1" }),
      [/^unclear received-on/],
    ],
  ])("%s", (_, mac, expected) => {
    expectFindings(said(mac), expected);
  });
});
