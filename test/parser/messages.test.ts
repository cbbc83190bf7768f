import { describe, expect, test } from "vitest";
import { syntax } from "../../src/diagnostics/catalogue/syntax.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { applyEdits } from "../../src/diagnostics/edits.ts";
import { parse, parsePacket } from "../../src/parser/parse.ts";
import { marked } from "../diagnostics/marked.ts";
import { head } from "./samples.ts";

// One mistake a row: the text with the underlined places in ⟦⟧, the messages, and the text after the first fix.
type Row = readonly [text: string, messages: readonly string[], fixed?: string];

const orderOfParts = "help: the order is `from`, `to`, a protocol such as `tcp`, then `on` or `through`";

const inStatements: readonly Row[] = [
  [
    "⟦;⟧ printers\nallow lan",
    ["KSP1024 `;` starts no comment: a comment starts with `#` and ends with its line; help: write `#`"],
    "# printers\nallow lan",
  ],
  [
    "allow out tcp 22 ⟦to⟧ 203.0.113.7",
    [
      `KSP1005 unexpected \`to\`: expected \`,\`, \`on\`, \`through\`, \`while\`, \`accept-risk\`, a caveat such as \`reason\` or the end of the line; ${orderOfParts}`,
    ],
  ],
  [
    "deny in on wan ⟦tcp⟧ 22",
    [
      `KSP1005 unexpected \`tcp\`: expected \`while\`, \`accept-risk\`, a caveat such as \`reason\` or the end of the line; ${orderOfParts}`,
    ],
  ],
  [
    "deny in tcp ⟦port⟧ 22",
    ["KSP1005 unexpected `port`: expected a port such as `443`; help: no `port` stands here"],
    "deny in tcp 22",
  ],
  [
    'allow host "a.example" at 203.0.113.7 ⟦port⟧ 22',
    [
      "KSP1005 unexpected `port`: expected `,`, `except`, `within`, `tcp` or `udp`; help: name the protocol: `tcp 22` or `udp 22`",
    ],
  ],
  [
    "dns 10.64.0.1 ⟦10.64.0.2⟧ through wg0",
    [
      "KSP1005 unexpected `10.64.0.2`: expected `,`, `except`, an owner such as `app` or `user`, `on` or `through`; help: `,` is missing",
    ],
    "dns 10.64.0.1, 10.64.0.2 through wg0",
  ],
  [
    "deny in tcp 22 ⟦25⟧",
    [
      "KSP1005 unexpected `25`: expected `,`, `on`, `through`, `while`, `accept-risk`, a caveat such as `reason` or the end of the line; help: `,` is missing",
    ],
    "deny in tcp 22, 25",
  ],
  [
    "tunnel a {\n  carrier mark ⟦27507⟧\n}",
    [
      "KSP1005 unexpected `27507`: expected a hexadecimal number such as `0x1` or a `$parameter`; help: marks are hexadecimal",
    ],
    "tunnel a {\n  carrier mark 0x6b73\n}",
  ],
  [
    "allow lan until ⟦31.12.2027⟧",
    [
      "KSP1012 `31.12.2027` is no date: a date is year, month and day, of four, two and two digits; help: write for example `2027-03-31`",
    ],
  ],
  ...["22-", "80, 22-"].map(
    (ports): Row => [
      `allow out to 203.0.113.7 tcp ${ports.replace("22-", "⟦22-⟧")}`,
      ["KSP1012 `22-` is no range of ports: a range has a first and a last port; help: write for example `8000-8100`"],
    ],
  ),
  [
    "forward from tunnel wg0 to link home tcp 8443 rewrite to ⟦192.168.50.10:443⟧",
    [
      "KSP1008 `192.168.50.10:443` is not how a peer is written: an address and a port stand apart; help: write `192.168.50.10 443`",
    ],
    "forward from tunnel wg0 to link home tcp 8443 rewrite to 192.168.50.10 443",
  ],
  ...["connected", "not up", "work is down"].map((words): Row => {
    const [first = ""] = words.split(" ");
    return [
      `allow lan while ⟦${first}⟧${words.slice(first.length)}`,
      [
        `KSP1005 unexpected \`${first}\`: expected a state such as \`down\` or \`up\`, or one of a chain such as \`${first}:down\``,
      ],
    ];
  }),
  [
    "allow lan while ⟦donw⟧",
    [
      "KSP1005 unexpected `donw`: expected a state such as `down` or `up`, or one of a chain such as `donw:down`; help: a similar word exists",
    ],
    "allow lan while down",
  ],
  [
    "tunnel a {\n  server ⟦vpn.example.net⟧ udp 51820\n}",
    [
      'KSP1008 `vpn.example.net` is not how a peer is written: a name is looked up before the tunnel can come up, so outside of it; help: write the addresses as well: `server host "vpn.example.net" at ADDRESS udp PORT`',
    ],
  ],
  [
    "tunnel a {\n  server ⟦vpn.example.net:51820⟧ udp 51820\n}",
    [
      'KSP1008 `vpn.example.net:51820` is not how a peer is written: a name is looked up before the tunnel can come up, so outside of it; help: write the addresses as well: `server host "vpn.example.net" at ADDRESS udp PORT`',
    ],
  ],
  [
    "⟦tunel⟧ wg0 {\n  protocol wireguard\n}",
    [
      "KSP1002 unknown statement `tunel`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "tunnel wg0 {\n  protocol wireguard\n}",
  ],
  [
    "⟦alow⟧ lan",
    [
      "KSP1002 unknown statement `alow`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "allow lan",
  ],
  [
    "⟦denny⟧ out",
    [
      "KSP1002 unknown statement `denny`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "deny out",
  ],
  [
    "⟦expcet⟧ drop out",
    [
      "KSP1002 unknown statement `expcet`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "expect drop out",
  ],
  ["⟦Allow⟧ lan", ["KSP1007 `Allow` is no name: a name has no capital letters; help: write `allow`"], "allow lan"],
  ["⟦frobnicate⟧", ["KSP1002 unknown statement `frobnicate`: expected a statement such as `tunnel`, `dns` or `allow`"]],
  [
    "⟦parm⟧ a port",
    [
      "KSP1002 unknown statement `parm`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "param a port",
  ],
  [
    '⟦imprt⟧ "a.ksp"',
    [
      "KSP1002 unknown statement `imprt`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    'import "a.ksp"',
  ],
  [
    "⟦lst⟧ a = 10.0.0.1",
    [
      "KSP1002 unknown statement `lst`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "list a = 10.0.0.1",
  ],
  [
    "⟦lnk⟧ a {\n  role outside\n}",
    [
      "KSP1002 unknown statement `lnk`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "link a {\n  role outside\n}",
  ],
  [
    "⟦hleper⟧ a {\n  carrier user 1\n}",
    [
      "KSP1002 unknown statement `hleper`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "helper a {\n  carrier user 1\n}",
  ],
  [
    "⟦chian⟧ a = b -> c",
    [
      "KSP1002 unknown statement `chian`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "chain a = b -> c",
  ],
  [
    "⟦dsn⟧ none",
    [
      "KSP1002 unknown statement `dsn`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "dns none",
  ],
  [
    "⟦ipv4⟧ block",
    [
      "KSP1002 unknown statement `ipv4`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "ipv6 block",
  ],
  [
    "⟦forwrd⟧ block",
    [
      "KSP1002 unknown statement `forwrd`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "forward block",
  ],
  [
    "⟦ap⟧ x {\n  on loss keep\n}",
    [
      "KSP1002 unknown statement `ap`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "app x {\n  on loss keep\n}",
  ],
  [
    "⟦scop⟧ machine",
    [
      "KSP1002 unknown statement `scop`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "scope machine",
  ],
  [
    "⟦bloked⟧ out drop",
    [
      "KSP1002 unknown statement `bloked`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "blocked out drop",
  ],
  [
    "⟦lgo⟧ blocked at most 1 per 1s",
    [
      "KSP1002 unknown statement `lgo`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "log blocked at most 1 per 1s",
  ],
  [
    "⟦wach⟧ a {\n  interface\n}",
    [
      "KSP1002 unknown statement `wach`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "watch a {\n  interface\n}",
  ],
  [
    "⟦recnnect⟧ a {\n  backoff 1s to 2s\n}",
    [
      "KSP1002 unknown statement `recnnect`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "reconnect a {\n  backoff 1s to 2s\n}",
  ],
  [
    "⟦alrt⟧ log",
    [
      "KSP1002 unknown statement `alrt`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "alert log",
  ],
  [
    "⟦prtal⟧ for 1s tcp 80",
    [
      "KSP1002 unknown statement `prtal`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "portal for 1s tcp 80",
  ],
  [
    "⟦contrl⟧ {\n  disable never\n}",
    [
      "KSP1002 unknown statement `contrl`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
    ],
    "control {\n  disable never\n}",
  ],
  [
    "dns 10.0.0.1 ⟦trough⟧ wg0",
    [
      "KSP1005 unexpected `trough`: expected `,`, `except`, an owner such as `app` or `user`, `on` or `through`; help: a similar word exists",
    ],
    "dns 10.0.0.1 through wg0",
  ],
  [
    "ipv6 ⟦blok⟧",
    ["KSP1005 unexpected `blok`: expected `tunnel` or `block`; help: a similar word exists"],
    "ipv6 block",
  ],
  [
    "expect ⟦dorp⟧ out",
    ["KSP1005 unexpected `dorp`: expected `allow` or `drop`; help: a similar word exists"],
    "expect drop out",
  ],
  [
    "scope ⟦machines⟧",
    ["KSP1005 unexpected `machines`: expected `machine`, `apps` or `carried`; help: a similar word exists"],
    "scope machine",
  ],
  [
    "chain private ⟦entry⟧ -> exit",
    ["KSP1005 unexpected `entry`: expected `=`; help: `=` is missing"],
    "chain private = entry -> exit",
  ],
  [
    'list a from "x" no ⟦widr⟧ than /8',
    ["KSP1005 unexpected `widr`: expected `wider`; help: a similar word exists"],
    'list a from "x" no wider than /8',
  ],
  [
    "forward from link a to ⟦tunel⟧ b",
    ["KSP1005 unexpected `tunel`: expected `link` or `tunnel`; help: a similar word exists"],
    "forward from link a to tunnel b",
  ],
  [
    'allow host "a" ⟦10.0.0.1⟧ tcp 443',
    ["KSP1005 unexpected `10.0.0.1`: expected `at`, `within`, `tcp` or `udp`; help: `at` is missing"],
    'allow host "a" at 10.0.0.1 tcp 443',
  ],
  [
    "allow out to 10.0.0.1 ⟦tpc⟧ 443",
    [
      "KSP1005 unexpected `tpc`: expected `,`, `except`, `tcp`, `udp`, `icmp`, `icmpv6`, `protocol`, `on`, `through`, `while`, `accept-risk`, a caveat such as `reason` or the end of the line; help: a similar word exists",
    ],
    "allow out to 10.0.0.1 tcp 443",
  ],
  ["log blocked at most 10 per ⟦second⟧", ["KSP1005 unexpected `second`: expected a duration such as `10s`"]],
  [
    "alert ⟦dekstop⟧, log",
    ["KSP1005 unexpected `dekstop`: expected `desktop` or `log`; help: a similar word exists"],
    "alert desktop, log",
  ],
  [
    "tunnel a {\n  ⟦protcol⟧ wireguard\n}",
    [
      "KSP1022 unknown word `protcol` in `tunnel a`: expected `protocol`, `interface`, `server`, `carrier`, `address` or `carries`; help: a similar word exists",
    ],
    "tunnel a {\n  protocol wireguard\n}",
  ],
  [
    "tunnel a {\n  protocol ⟦wiregaurd⟧\n}",
    [
      "KSP1005 unexpected `wiregaurd`: expected `wireguard`, `openvpn`, `ipsec` or `other`; help: a similar word exists",
    ],
    "tunnel a {\n  protocol wireguard\n}",
  ],
  [
    "tunnel a {\n  protocol ⟦=⟧ wireguard\n}",
    ["KSP1005 unexpected `=`: expected `wireguard`, `openvpn`, `ipsec` or `other`; help: no `=` stands here"],
    "tunnel a {\n  protocol wireguard\n}",
  ],
  [
    "tunnel a {\n  protocol⟦:⟧ wireguard\n}",
    ["KSP1005 unexpected `:`: expected `wireguard`, `openvpn`, `ipsec` or `other`; help: no `:` stands here"],
    "tunnel a {\n  protocol wireguard\n}",
  ],
  [
    "tunnel a {\n  server ⟦198.51.100.7:51820/udp⟧\n}",
    [
      "KSP1008 `198.51.100.7:51820/udp` is not how a peer is written: an address, a protocol and ports stand apart, in this order; help: write `198.51.100.7 udp 51820`",
    ],
    "tunnel a {\n  server 198.51.100.7 udp 51820\n}",
  ],
  [
    "tunnel a {\n  server ⟦198.51.100.7:51820⟧\n}",
    [
      "KSP1008 `198.51.100.7:51820` is not how a peer is written: an address, a protocol and ports stand apart, in this order; help: write `198.51.100.7 udp 51820` or `198.51.100.7 tcp 51820`",
    ],
  ],
  [
    "tunnel a {\n  server ⟦[2001:db8::7]:51820/udp⟧\n}",
    [
      "KSP1008 `[2001:db8::7]:51820/udp` is not how a peer is written: an address, a protocol and ports stand apart, in this order; help: write `2001:db8::7 udp 51820`",
    ],
    "tunnel a {\n  server 2001:db8::7 udp 51820\n}",
  ],
  [
    "tunnel a {\n  server ⟦[2001:db8::7]⟧ udp 51820\n}",
    [
      "KSP1008 `[2001:db8::7]` is not how a peer is written: an IPv6 address stands without brackets; help: write `2001:db8::7`",
    ],
    "tunnel a {\n  server 2001:db8::7 udp 51820\n}",
  ],
  [
    "tunnel a {\n  server 198.51.100.7 ⟦51820⟧\n}",
    [
      "KSP1005 unexpected `51820`: expected `tcp`, `udp` or `protocol`; help: name the protocol: `tcp 51820` or `udp 51820`",
    ],
  ],
  ["tunnel a {\n  server 198.51.100.7 udp⟦⟧\n}", ["KSP1023 `server` is not complete: expected a port such as `443`"]],
  [
    "tunnel a {\n  ⟦listen⟧ 127.0.0.1 udp 1\n}",
    ["KSP1006 `listen` cannot stand inside `tunnel a`: it belongs inside `helper`"],
  ],
  [
    "tunnel a {\n  ⟦foo⟧ bar\n}",
    [
      "KSP1022 unknown word `foo` in `tunnel a`: expected `protocol`, `interface`, `server`, `carrier`, `address` or `carries`",
    ],
  ],
  [
    "tunnel a {\n  ⟦10.0.0.1⟧\n}",
    ["KSP1005 unexpected `10.0.0.1`: expected `protocol`, `interface`, `server`, `carrier`, `address` or `carries`"],
  ],
  [
    "tunnel a {\n  ⟦dns⟧ none\n}",
    ["KSP1006 `dns` cannot stand inside `tunnel a`: a statement of its own: it belongs behind the block"],
  ],
  [
    "tunnel a ⟦{\n}⟧",
    ["KSP1019 `tunnel a` is empty: expected `protocol`, `interface`, `server`, `carrier`, `address` or `carries`"],
  ],
  ["tunnel ⟦{⟧\n  protocol other\n}", ["KSP1005 unexpected `{`: expected a name"]],
  [
    'tunnel ⟦"wg0"⟧ {\n  protocol other\n}',
    ['KSP1005 unexpected `"wg0"`: expected a name; help: a name stands without quotes'],
    "tunnel wg0 {\n  protocol other\n}",
  ],
  [
    "tunnel a⟦⟧\n  protocol other\n}",
    ["KSP1023 `tunnel` is not complete: expected `{`; help: `{` is missing"],
    "tunnel a {\n  protocol other\n}",
  ],
  [
    "tunnel a\n⟦{⟧\n  protocol other\n}",
    ["KSP1018 `{` stands in the wrong place: `{` ends the line of its statement; help: put it behind the statement"],
    "tunnel a {\n  protocol other\n}",
  ],
  [
    "tunnel a { ⟦protocol⟧ other }",
    ["KSP1005 unexpected `protocol`: expected the end of the line; help: the lines of a block stand one a line"],
    "tunnel a {\n  protocol other }",
  ],
  [
    "tunnel a { ⟦protocol⟧ other\n}",
    ["KSP1005 unexpected `protocol`: expected the end of the line; help: the lines of a block stand one a line"],
    "tunnel a {\n  protocol other\n}",
  ],
  [
    "tunnel a {\n  protocol other ⟦}⟧",
    ["KSP1018 `}` stands in the wrong place: `}` stands on a line of its own; help: give it its own line"],
    "tunnel a {\n  protocol other\n}",
  ],
  [
    "tunnel a {\n  protocol other\n} ⟦ipv6⟧ block",
    ["KSP1005 unexpected `ipv6`: expected the end of the line; help: a statement stands on a line of its own"],
    "tunnel a {\n  protocol other\n}\nipv6 block",
  ],
  [
    "tunnel a {\n  protocol other\n⟦allow⟧ lan",
    [
      "KSP1004 `tunnel a` is not closed: `allow` cannot stand inside a block; `}` is probably missing before it (`{`: this block is still open); help: close the block",
    ],
    "tunnel a {\n  protocol other\n}\nallow lan",
  ],
  [
    "tunnel a {\n  protocol other\n\n⟦watch⟧ a {\n  interface\n}",
    [
      "KSP1004 `tunnel a` is not closed: `watch` cannot stand inside a block; `}` is probably missing before it (`{`: this block is still open); help: close the block",
    ],
    "tunnel a {\n  protocol other\n}\n\nwatch a {\n  interface\n}",
  ],
  [
    "tunnel a {\n  protocol other⟦⟧",
    [
      "KSP1004 `tunnel a` is not closed: the file ends here; `}` is missing (`{`: this block is still open); help: close the block",
    ],
    "tunnel a {\n  protocol other\n}\n",
  ],
  ["⟦}⟧", ["KSP1017 `}` closes no block: no block is open here; help: remove it"], ""],
  ["⟦{⟧\n}", ["KSP1018 `{` stands in the wrong place: no statement stands before it"]],
  [
    'import "a.ksp" {\n  site ⟦10.0.0.1⟧\n}',
    ["KSP1005 unexpected `10.0.0.1`: expected `=`; help: `=` is missing"],
    'import "a.ksp" {\n  site = 10.0.0.1\n}',
  ],
  [
    'import "a.ksp" {\n  site =⟦⟧\n}',
    [
      "KSP1023 `site` is not complete: expected an address, prefix, `@list` or `$parameter`, a range of ports, a number, a hexadecimal number such as `0x1` or a text in quotes",
    ],
  ],
  ["import ⟦a⟧", ["KSP1005 unexpected `a`: expected a text in quotes; help: a text stands in quotes"], 'import "a"'],
  [
    "tunnel ⟦Wg0⟧ {\n  protocol other\n}",
    ["KSP1007 `Wg0` is no name: a name has no capital letters; help: write `wg0`"],
    "tunnel wg0 {\n  protocol other\n}",
  ],
  [
    "tunnel ⟦my_vpn⟧ {\n  protocol other\n}",
    ["KSP1007 `my_vpn` is no name: a name holds no `_`; help: write `my-vpn`"],
    "tunnel my-vpn {\n  protocol other\n}",
  ],
  [
    "chain a = ⟦B⟧ -> c",
    ["KSP1007 `B` is no name: a name has no capital letters; help: write `b`"],
    "chain a = b -> c",
  ],
  [
    "allow out to ⟦@My_List⟧",
    ["KSP1007 `@My_List` is no name: a name has no capital letters; help: write `@my-list`"],
    "allow out to @my-list",
  ],
  [
    "allow out app ⟦firefox.exe⟧",
    ["KSP1007 `firefox.exe` is no name: a name holds no `.`; a text stands in quotes; help: write `firefox-exe`"],
    "allow out app firefox-exe",
  ],
  [
    "allow out to ⟦vpn.example⟧ tcp 443",
    [
      'KSP1012 `vpn.example` is no address: no name is looked up while compiling; help: write `allow host "vpn.example"` and the service, and `ksp pin` looks it up',
    ],
  ],
  [
    "deny out to 10.0.0.0/8, ⟦vpn.example⟧",
    ["KSP1012 `vpn.example` is no address: no name is looked up while compiling; help: write its addresses"],
  ],
  [
    "dns ⟦dns.example⟧ through wg0",
    ["KSP1012 `dns.example` is no address: no name is looked up while compiling; help: write its addresses"],
  ],
  [
    "allow host ⟦vpn.example⟧ tcp 443",
    ['KSP1012 `vpn.example` is no text: a text stands in quotes; help: write `"vpn.example"`'],
    'allow host "vpn.example" tcp 443',
  ],
  [
    "deny out to ⟦anywhere⟧ tcp 443",
    [
      "KSP1005 unexpected `anywhere`: expected an address, prefix, `@list` or `$parameter`; help: what is not named is free: leave `to anywhere` out",
    ],
  ],
  [
    "deny out to ⟦localhost⟧",
    [
      "KSP1005 unexpected `localhost`: expected an address, prefix, `@list` or `$parameter`; help: write addresses, or a list of them as `@NAME`; no name is looked up",
    ],
  ],
  [
    "deny out to ⟦not⟧ 10.0.0.0/8",
    [
      "KSP1005 unexpected `not`: expected an address, prefix, `@list` or `$parameter`; help: `except` takes addresses out of others, such as `10.0.0.0/8 except 10.64.0.0/10`",
    ],
  ],
  [
    "deny out to ⟦!⟧10.0.0.0/8",
    [
      "KSP1001 unexpected character `!`: no word or value holds this character; help: `except` takes addresses out of others, such as `10.0.0.0/8 except 10.64.0.0/10`",
    ],
  ],
  [
    "deny in tcp ⟦https⟧",
    [
      "KSP1005 unexpected `https`: expected a port such as `443`; help: write its number, such as `443`; no name is looked up",
    ],
  ],
  [
    "expect drop ⟦tcp⟧ 22",
    [
      "KSP1005 unexpected `tcp`: expected `in`, `out` or `forward`; help: packets begin with their direction, such as `out to 203.0.113.7 tcp 443`",
    ],
  ],
  [
    "deny in icmp ⟦8⟧",
    [
      "KSP1005 unexpected `8`: expected a name, `on`, `through`, `while`, `accept-risk`, a caveat such as `reason` or the end of the line; help: a type goes by its name, such as `echo-request`",
    ],
  ],
  [
    "portal for 5m tcp 80 accept-risk KSP3001 ⟦while⟧ down",
    ["KSP1005 unexpected `while`: expected `,`, a caveat such as `reason` or the end of the line"],
  ],
  [
    "forward from ⟦home⟧ to tunnel wg0",
    ["KSP1005 unexpected `home`: expected `link` or `tunnel`; help: say what it is: `link home` or `tunnel home`"],
  ],
  ["watch ⟦2nd⟧ {\n  interface\n}", ["KSP1007 `2nd` is no name: a name starts with a letter"]],
  [
    "list ⟦x-⟧ = 10.0.0.1",
    ["KSP1007 `x-` is no name: a name is letters and digits with single `-` between; help: write `x`"],
    "list x = 10.0.0.1",
  ],
  [
    "allow out to ⟦$X⟧",
    ["KSP1007 `$X` is no name: a name has no capital letters; help: write `$x`"],
    "allow out to $x",
  ],
  [
    "allow out to ⟦10.0.0/8⟧",
    [
      "KSP1012 `10.0.0/8` is no prefix: an IPv4 address is four numbers from 0 to 255 with dots between, then `/` and a length",
    ],
  ],
  [
    "allow out to ⟦10.0.0.0/255.0.0.0⟧",
    ["KSP1012 `10.0.0.0/255.0.0.0` is no prefix: a mask is written as the length of the prefix, such as `/24`"],
  ],
  [
    "allow out to ⟦10.0.0.⟧",
    ["KSP1012 `10.0.0.` is no address: an IPv4 address is four numbers from 0 to 255 with dots between"],
  ],
  [
    "allow out to ⟦1.2.3.4.5⟧",
    ["KSP1012 `1.2.3.4.5` is no address: an IPv4 address is four numbers from 0 to 255 with dots between"],
  ],
  ["allow out tcp ⟦443/tcp⟧", ["KSP1012 `443/tcp` is no port: a protocol and its ports stand apart, in this order"]],
  [
    "allow out ⟦tcp/443⟧",
    ["KSP1012 `tcp/443` is no port: a protocol and its ports stand apart, in this order; help: write `tcp 443`"],
    "allow out tcp 443",
  ],
  [
    "allow out tcp ⟦80:90⟧",
    ["KSP1012 `80:90` is no range of ports: a range is written with `-`; help: write `80-90`"],
    "allow out tcp 80-90",
  ],
  [
    "portal for ⟦5min⟧ tcp 80",
    ["KSP1012 `5min` is no duration: the units are `ms`, `s`, `m` and `h`; help: write `5m`"],
    "portal for 5m tcp 80",
  ],
  [
    "portal for ⟦1.5s⟧ tcp 80",
    [
      "KSP1012 `1.5s` is no duration: a duration is a whole number and one of `ms`, `s`, `m` and `h`; help: write for example `1500ms`, `90m` or `48h`",
    ],
  ],
  [
    "portal for ⟦1h30m⟧ tcp 80",
    [
      "KSP1012 `1h30m` is no duration: a duration is a whole number and one of `ms`, `s`, `m` and `h`; help: write for example `1500ms`, `90m` or `48h`",
    ],
  ],
  ["portal for ⟦5⟧ tcp 80", ["KSP1005 unexpected `5`: expected a duration such as `10s`"]],
  [
    "deny out until ⟦2027-3-1⟧",
    [
      "KSP1012 `2027-3-1` is no date: a date is year, month and day, of four, two and two digits; help: write `2027-03-01`",
    ],
    "deny out until 2027-03-01",
  ],
  [
    "deny out until ⟦2027/03/01⟧",
    [
      "KSP1012 `2027/03/01` is no date: a date is year, month and day, of four, two and two digits; help: write `2027-03-01`",
    ],
    "deny out until 2027-03-01",
  ],
  ["deny out until ⟦tomorrow⟧", ["KSP1005 unexpected `tomorrow`: expected a date such as `2027-03-31`"]],
  [
    "tunnel a {\n  carrier mark ⟦0x6B73⟧\n}",
    ["KSP1012 `0x6B73` is no number: hexadecimal digits are lower-case; help: write `0x6b73`"],
    "tunnel a {\n  carrier mark 0x6b73\n}",
  ],
  ["allow lan accept-risk ⟦KSP30⟧", ["KSP1012 `KSP30` is no code: a code is `KSP` and four digits"]],
  ["allow lan accept-risk ⟦3001⟧", ["KSP1005 unexpected `3001`: expected a code such as `KSP3001`"]],
  [
    "allow out to ⟦8.8.8.8udp⟧ 53",
    [
      "KSP1013 a space is missing in `8.8.8.8udp`: two words or values stand together; help: put a space between the two",
    ],
    "allow out to 8.8.8.8 udp 53",
  ],
  [
    "allow out tcp ⟦99999999999999999999⟧",
    ["KSP1014 the number `99999999999999999999` is too large: no setting needs so many digits"],
  ],
  [
    "allow out to ⟦10.0.0.1:53⟧ udp",
    [
      "KSP1008 `10.0.0.1:53` is not how a peer is written: an address, a protocol and ports stand apart, in this order; help: write `10.0.0.1 udp 53` or `10.0.0.1 tcp 53`",
    ],
  ],
  [
    "allow out to ⟦10.0.0.0-10.0.0⟧",
    ["KSP1012 `10.0.0.0-10.0.0` is no range: a range is two whole addresses with `-` between"],
  ],
  [
    'link a {\n  interface ⟦"eth0⟧\n}',
    ['KSP1009 the text `"eth0` is not closed: a text ends on its line; help: close it with `"`'],
  ],
  [
    "link a {\n  interface ⟦eth0⟧\n}",
    [
      "KSP1005 unexpected `eth0`: expected a text in quotes, `linux`, `windows` or `macos`; help: a text stands in quotes",
    ],
    'link a {\n  interface "eth0"\n}',
  ],
  [
    "link a {\n  interface ⟦br-*⟧\n}",
    ['KSP1012 `br-*` is no name: a pattern stands in quotes; help: write `"br-*"`'],
    'link a {\n  interface "br-*"\n}',
  ],
  [
    'allow lan reason "C:⟦\\t⟧emp"',
    [
      'KSP1020 `\\t` is no escape: only `\\\\` and `\\"` are escapes; help: write `\\\\` for a backslash, or put the text in single quotes, where nothing is escaped',
    ],
  ],
  [
    "allow lan reason ⟦'it⟧",
    ["KSP1009 the text `'it` is not closed: a text ends on its line; help: close it with `'`"],
  ],
  ["allow lan⟦;⟧", ["KSP1001 unexpected character `;`: a statement ends with its line; help: remove it"], "allow lan"],
  [
    "allow lan ⟦//⟧ comment",
    ["KSP1024 `//` starts no comment: a comment starts with `#` and ends with its line; help: write `#`"],
    "allow lan # comment",
  ],
  ["allow lan ⟦/*⟧ comment */", ["KSP1024 `/*` starts no comment: a comment starts with `#` and ends with its line"]],
  [
    "allow lan reason ⟦\u201c⟧for printers\u201d",
    ['KSP1001 unexpected character `\u201c`: looks like `"`; help: write `"`'],
    'allow lan reason "for printers"',
  ],
  ["allow lan reason ⟦\u201c⟧for printers", ['KSP1001 unexpected character `\u201c`: looks like `"`']],
  [
    "allow⟦\u00a0⟧lan",
    ["KSP1001 unexpected character U+00A0 (no-break space): looks like a space; help: write a space"],
    "allow lan",
  ],
  [
    "allow l⟦\u200b⟧an",
    ["KSP1010 forbidden character U+200B (zero-width space): cannot be seen; help: remove it"],
    "allow lan",
  ],
  [
    "allow lan # ⟦\u202e⟧ txet",
    [
      "KSP1010 forbidden character U+202E (right-to-left override): changes the order in which the line is shown; help: remove it",
    ],
    "allow lan #  txet",
  ],
  [
    "allow lan # ⟦e\u0301⟧",
    [
      "KSP1011 `e\u0301` is not in Unicode normal form C: a letter and its marks stand apart here, or have a simpler form; help: write the composed form, which looks the same",
    ],
    "allow lan # \u00e9",
  ],
  ["allow lan ⟦%⟧", ["KSP1001 unexpected character `%`: no word or value holds this character"]],
  ["allow lan ⟦\u00e9⟧", ["KSP1001 unexpected character `\u00e9`: no word or value holds this character"]],
  [
    "ipv6 block⟦\r⟧allow lan",
    [
      "KSP1010 forbidden character U+000D (carriage return): a line ends with LF or CRLF, never with CR alone; help: end the line with LF",
    ],
    "ipv6 block\nallow lan",
  ],
  [
    "ipv6 block ⟦allow⟧ lan",
    ["KSP1005 unexpected `allow`: expected the end of the line; help: a statement stands on a line of its own"],
    "ipv6 block\nallow lan",
  ],
  [
    "dns 10.0.0.1\n  ⟦through⟧ wg0",
    [
      "KSP1021 the statement `dns` is broken over two lines: a line goes on only behind `,` and `->`; help: put it on one line",
    ],
    "dns 10.0.0.1 through wg0",
  ],
  [
    'allow lan\n  ⟦reason⟧ "x"',
    [
      "KSP1021 the statement `allow` is broken over two lines: a line goes on only behind `,` and `->`; help: put it on one line",
    ],
    'allow lan reason "x"',
  ],
  [
    'allow lan # why\n  ⟦reason⟧ "x"',
    [
      "KSP1021 the statement `allow` is broken over two lines: a line goes on only behind `,` and `->`; help: put it on one line",
    ],
  ],
  ["dns 10.0.0.1, ⟦through⟧ a", ["KSP1005 unexpected `through`: expected an address, prefix, `@list` or `$parameter`"]],
  [
    "alert log,\n⟦ipv6⟧ block",
    ["KSP1005 unexpected `ipv6`: expected `desktop` or `log` (`,`: the line goes on behind this `,`)"],
  ],
  [
    "allow ⟦192.168.1.0/24⟧",
    [
      "KSP1005 unexpected `192.168.1.0/24`: expected `dhcp`, `router-advertisement`, `discovery`, `lan`, `host`, `in`, `out` or `forward`; help: `out to` is missing",
    ],
    "allow out to 192.168.1.0/24",
  ],
  [
    "allow⟦⟧",
    [
      "KSP1023 `allow` is not complete: expected `dhcp`, `router-advertisement`, `discovery`, `lan`, `host`, `in`, `out` or `forward`",
    ],
  ],
  ["list a =⟦⟧", ["KSP1023 `list` is not complete: expected an address, prefix, `@list` or `$parameter`"]],
  ["⟦through⟧ wg0", ["KSP1002 unknown statement `through`: expected a statement such as `tunnel`, `dns` or `allow`"]],
  ["⟦protocol⟧ wireguard", ["KSP1006 `protocol` cannot stand outside a block: it belongs inside `tunnel`"]],
  [
    "⟦server⟧ 10.0.0.1 udp 1",
    ["KSP1006 `server` cannot stand outside a block: it belongs inside `helper` or `tunnel`"],
  ],
  ["⟦policy⟧ other", ["KSP1006 `policy` cannot stand here: the head of the file stands first, and once"]],
  ["⟦10.0.0.1⟧", ["KSP1005 unexpected `10.0.0.1`: expected a statement such as `tunnel`, `dns` or `allow`"]],
  ['⟦"text"⟧', ['KSP1005 unexpected `"text"`: expected a statement such as `tunnel`, `dns` or `allow`']],
  [
    "expect drop out icmp on⟦⟧",
    ["KSP1023 `expect` is not complete: expected `on`, `through`, `reply`, `while`, a name or the end of the line"],
  ],
  ["allow out udp⟦⟧", ["KSP1023 `allow` is not complete: expected a port such as `443`"]],
  [
    "allow lan reason ⟦foo⟧",
    ["KSP1005 unexpected `foo`: expected a text in quotes; help: a text stands in quotes"],
    'allow lan reason "foo"',
  ],
  [
    "chain a = b⟦⟧",
    [
      "KSP1023 `chain` is not complete: expected `->`; help: a tunnel by itself needs no chain: remove the line, or name the next tunnel behind `->`",
    ],
  ],
  [
    'allow lan until 2027-01-01 ⟦reason⟧ "x"',
    [
      "KSP1005 unexpected `reason`: expected the end of the line; help: the order is `while`, `accept-risk`, `reason`, `owner`, `ticket`, `until`",
    ],
  ],
  ["expect drop ⟦to⟧ 8.8.8.8", ["KSP1005 unexpected `to`: expected `in`, `out` or `forward`"]],
  [
    "allow in ⟦out⟧",
    [
      "KSP1005 unexpected `out`: expected an owner such as `app` or `user`, `from`, `to`, `tcp`, `udp`, `icmp`, `icmpv6`, `protocol`, `on`, `through`, `while`, `accept-risk`, a caveat such as `reason` or the end of the line",
    ],
  ],
  [
    "expect drop out while private:⟦dwn⟧",
    ["KSP1005 unexpected `dwn`: expected a state such as `down` or `up`; help: a similar word exists"],
    "expect drop out while private:down",
  ],
  [
    "tunnel a {\n  protocol⟦⟧\n}",
    ["KSP1023 `protocol` is not complete: expected `wireguard`, `openvpn`, `ipsec` or `other`"],
  ],
  ["control {\n  disable ⟦sometimes⟧\n}", ["KSP1005 unexpected `sometimes`: expected `never`, `allowed` or `for`"]],
  ["deny out tcp 1,2,⟦⟧", ["KSP1023 `deny` is not complete: expected a port such as `443`"]],
  [
    "⟦alow⟧ lan\nipv6 ⟦blok⟧",
    [
      "KSP1002 unknown statement `alow`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
      "KSP1005 unexpected `blok`: expected `tunnel` or `block`; help: a similar word exists",
    ],
    "allow lan\nipv6 blok",
  ],
  [
    "⟦tunel⟧ a {\n  protocl other\n}\ndns 10.0.0.1 ⟦trough⟧ a",
    [
      "KSP1002 unknown statement `tunel`: expected a statement such as `tunnel`, `dns` or `allow`; help: a similar word exists",
      "KSP1005 unexpected `trough`: expected `,`, `except`, an owner such as `app` or `user`, `on` or `through`; help: a similar word exists",
    ],
    "tunnel a {\n  protocl other\n}\ndns 10.0.0.1 trough a",
  ],
  [
    "tunnel a {\n  protocol other\n  ⟦allow⟧ lan\n  carries everything\n}",
    ["KSP1006 `allow` cannot stand inside `tunnel a`: a statement of its own: it belongs behind the block"],
  ],
];

const inFiles: readonly Row[] = [
  [
    "⟦⟧",
    [
      "KSP1016 the file holds no policy: no statement stands here; help: a file starts with the lines `ksp 1` and `policy NAME`",
    ],
  ],
  [
    "⟦⟧# nothing\n",
    [
      "KSP1016 the file holds no policy: no statement stands here; help: a file starts with the lines `ksp 1` and `policy NAME`",
    ],
  ],
  [
    "⟦⟧\n\n",
    [
      "KSP1016 the file holds no policy: no statement stands here; help: a file starts with the lines `ksp 1` and `policy NAME`",
    ],
  ],
  [
    "⟦policy⟧ home\nipv6 block\n",
    ["KSP1003 the file does not say `ksp 1`: `ksp 1` must stand before this; help: insert `ksp 1`"],
    "ksp 1\npolicy home\nipv6 block\n",
  ],
  [
    "ksp 1\n⟦ipv6⟧ block\n",
    ["KSP1003 the file does not say `policy NAME`: `policy home` must stand before this; help: insert `policy home`"],
    "ksp 1\npolicy home\nipv6 block\n",
  ],
  [
    "⟦ipv6⟧ block\n",
    [
      "KSP1003 the file does not say `ksp 1`: `ksp 1` and `policy home` must stand before this; help: insert `ksp 1` and `policy home`",
    ],
    "ksp 1\npolicy home\nipv6 block\n",
  ],
  [
    "ksp 1⟦⟧\n",
    ["KSP1003 the file does not say `policy NAME`: `policy home` must stand here; help: insert `policy home`"],
    "ksp 1\npolicy home\n",
  ],
  ["ksp⟦⟧\npolicy a\n", ["KSP1023 `ksp` is not complete: expected a number"]],
  [
    "⟦kps⟧ 1\npolicy a\n",
    ["KSP1005 unexpected `kps`: expected `ksp`; help: a similar word exists"],
    "ksp 1\npolicy a\n",
  ],
  [
    "ksp ⟦2⟧\npolicy a\n",
    [
      "KSP1015 language version 2 is unknown: this ksp reads version 1; help: take a newer ksp, or write `ksp 1` if it was meant",
    ],
  ],
  ["ksp 1 ⟦policy⟧ a\n", ["KSP1005 unexpected `policy`: expected the end of the line"]],
  [
    "ksp 1\n⟦polcy⟧ a\n",
    ["KSP1005 unexpected `polcy`: expected `policy` or `fragment`; help: a similar word exists"],
    "ksp 1\npolicy a\n",
  ],
  ["ksp 1\npolicy⟦⟧\n", ["KSP1023 `policy` is not complete: expected a name"]],
  [
    "ksp 1\npolicy ⟦My_Home⟧\n",
    ["KSP1007 `My_Home` is no name: a name has no capital letters; help: write `my-home`"],
    "ksp 1\npolicy my-home\n",
  ],
  [
    'ksp 1\npolicy ⟦"home"⟧\n',
    ['KSP1005 unexpected `"home"`: expected a name; help: a name stands without quotes'],
    "ksp 1\npolicy home\n",
  ],
  [
    "⟦\ufeff⟧ksp 1\npolicy a\n",
    ["KSP1010 forbidden character U+FEFF (byte order mark): cannot be seen; help: remove it"],
    "ksp 1\npolicy a\n",
  ],
  [
    "ksp ⟦1.0⟧\npolicy a\n",
    ["KSP1012 `1.0` is no address: an IPv4 address is four numbers from 0 to 255 with dots between"],
  ],
  [
    "ksp\n⟦1⟧\npolicy a\n",
    [
      "KSP1021 the statement `ksp` is broken over two lines: a line goes on only behind `,` and `->`; help: put it on one line",
    ],
    "ksp 1\npolicy a\n",
  ],
  ["ksp 1\npolicy a ⟦b⟧\n", ["KSP1005 unexpected `b`: expected the end of the line"]],
  ["ksp 1\npolicy a\n⟦ksp⟧ 1\n", ["KSP1006 `ksp` cannot stand here: the head of the file stands first, and once"]],
  ["⟦What⟧ this is\nksp 1\npolicy a\n", ["KSP1007 `What` is no name: a name has no capital letters"]],
  [
    "⟦my⟧ policy\nksp 1\npolicy a\n",
    ["KSP1006 `my` cannot stand before `ksp 1`: the two lines of the head stand first; a comment starts with `#`"],
  ],
  [
    "ksp 1\n⟦ipv6⟧ block\npolicy a\n",
    [
      "KSP1006 `ipv6` cannot stand before `policy NAME`: the two lines of the head stand first; a comment starts with `#`",
    ],
  ],
];

/** A message on one line. */
function shown(text: string, { code, message, primary, secondary, help }: Diagnostic): string {
  const others = secondary
    .map(({ span, text: label }) => ` (\`${text.slice(span.start, span.end)}\`: ${label})`)
    .join("");
  return `${code} ${message}: ${primary?.text}${others}${help ? `; help: ${help.text}` : ""}`;
}

function judge(before: string, [text, messages, fixed]: Row): void {
  const { source, spans } = marked(before + text);
  const { file, diagnostics } = parse(source);
  expect(file).toBeUndefined();
  expect(diagnostics.map((each) => shown(source.text, each))).toEqual(messages);
  expect(diagnostics.map(({ primary }) => primary?.span)).toEqual(spans);
  const edits = diagnostics.map(({ help }) => help?.edits ?? []).find((each) => each.length > 0);
  expect(edits && applyEdits(source.text, edits).text).toBe(fixed === undefined ? undefined : before + fixed);
}

describe("in statements", () => {
  test.each(inStatements.map((row) => ({ text: row[0], row })))("$text", ({ row }) => judge(head, row));
});
describe("in files", () => {
  test.each(inFiles.map((row) => ({ text: row[0], row })))("$text", ({ row }) => judge("", row));
});

test("every code has a row", () => {
  const seen = new Set(
    [...inStatements, ...inFiles].flatMap(([, messages]) => messages.map((each) => each.slice(0, 7))),
  );
  expect(Object.keys(syntax).filter((code) => !seen.has(code))).toEqual([]);
});

test("messages follow the manner of the catalogue: no capital, no full stop, nobody spoken to", () => {
  for (const [, messages] of [...inStatements, ...inFiles]) {
    for (const each of messages) {
      expect(each).toMatch(/^KSP1[0-9]{3} [a-z`]/);
      expect(each).not.toMatch(/\.$|\b(?:you|your|please|illegal|invalid)\b|Kw|undefined/);
    }
  }
});

test("independent mistakes get their own message each, at most twenty, in order", () => {
  const text = `${head}${"alow lan\n".repeat(30)}`;
  const { diagnostics } = parse({ file: "home.ksp", text });
  expect(diagnostics).toHaveLength(20);
  const starts = diagnostics.map(({ primary }) => primary?.span.start ?? 0);
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
});

test.each([
  ["", "KSP1023 `packet` is not complete: expected `in`, `out` or `forward`"],
  ["uot to 8.8.8.8", "KSP1005 unexpected `uot`: expected `in`, `out` or `forward`; help: a similar word exists"],
  [
    "out to 8.8.8.8:53/udp",
    "KSP1008 `8.8.8.8:53/udp` is not how a peer is written: an address, a protocol and ports stand apart, in this order; help: write `8.8.8.8 udp 53`",
  ],
  ["out udp 53\nallow lan", "KSP1005 unexpected `allow`: a packet stands on one line"],
  [
    "out to 8.8.8.8 udp 53 while down",
    "KSP1005 unexpected `while`: expected `,`, `on`, `through` or the end of the line",
  ],
])("a question about a packet: %j", (text, expected) => {
  const { diagnostics } = parsePacket(text);
  expect(diagnostics.map((each) => shown(text, each))).toEqual([expected]);
});
