import type { Span } from "../diagnostics/span.ts";

/** The syntax tree: what was written, by position, with every comment; nothing is resolved or defaulted here. */
export interface Node {
  readonly span: Span;
}

/** Comments, from `#` on. In `before`, one a line; an empty string is a blank line among them. */
export interface Comments {
  readonly before: readonly string[];
  readonly behind?: string;
}
/** Comments and the blank line around one line of source. */
export interface Trivia extends Comments {
  /** A blank line stood before this line (and before its comments). */
  readonly blank: boolean;
}

// ---- values ------------------------------------------------------------------------------------------------------

/** A name where it is declared or used, without its sigil. */
export interface Identifier extends Node {
  readonly name: string;
}
/** `value` is unescaped; for a parameter it is the parameter's name. */
export interface Text extends Node {
  readonly kind: "string" | "raw" | "param";
  readonly value: string;
}
export interface Integer extends Node {
  readonly value: number;
  /** As written: `0x6b73` keeps its base. */
  readonly text: string;
}
/** An address, prefix or range as written, or the name of a list or parameter. */
export interface Net extends Node {
  readonly kind: "address" | "prefix" | "range" | "list" | "param";
  readonly text: string;
  /** Comments inside a list that runs over several lines. */
  readonly comments?: Comments;
}
export interface Nets extends Node {
  readonly include: readonly Net[];
  readonly except: readonly Net[];
}
export type Port =
  | (Node & { readonly kind: "range"; readonly first: number; readonly last: number })
  | (Node & { readonly kind: "param"; readonly name: string });
export interface Duration extends Node {
  readonly milliseconds: number;
  readonly text: string;
}
export interface DateText extends Node {
  readonly text: string;
}
export type Value =
  | { readonly kind: "nets"; readonly nets: Nets }
  | { readonly kind: "ports"; readonly port: Port }
  | { readonly kind: "number"; readonly number: Integer }
  | { readonly kind: "text"; readonly text: Text };

export type Os = "linux" | "windows" | "macos";
export type Owner = { readonly kind: "name"; readonly text: Text } | { readonly kind: "id"; readonly id: Integer };
export type Identity = Node &
  (
    | { readonly kind: "mark"; readonly value: Integer | Text; readonly mask?: Integer }
    | { readonly kind: "user" | "group"; readonly owner: Owner }
    | { readonly kind: "slice" | "program" | "service"; readonly text: Text }
  );
export type Transport = Node &
  (
    | { readonly kind: "tcp" | "udp"; readonly ports: readonly Port[] }
    | { readonly kind: "icmp" | "icmpv6"; readonly type?: Identifier }
    | { readonly kind: "protocol"; readonly number: Integer }
  );
/** tcp or udp with ports. */
export type Service = Node & { readonly kind: "tcp" | "udp"; readonly ports: readonly Port[] };
/** `on LINK` or `through TUNNEL`. */
export interface Path extends Node {
  readonly kind: "on" | "through";
  readonly name: Identifier;
}
export type Who =
  | { readonly kind: "app"; readonly name: Identifier }
  | { readonly kind: "identity"; readonly identity: Identity };
/** Its span begins with the blanks before it, so that it can be cut out. */
export interface AcceptRisk extends Node {
  readonly codes: readonly Identifier[];
}
export type Caveat = {
  readonly acceptRisk?: AcceptRisk;
  readonly reason?: Text;
  readonly owner?: Text;
  readonly ticket?: Text;
  readonly until?: DateText;
};
export interface StateName extends Node {
  readonly chain?: Identifier;
  /** `down`, `hop1` …, `up`, `portal`, `disabled`, `lockdown`, `any`. */
  readonly level: string;
}
/** `while A or B`. */
export interface While extends Node {
  readonly states: readonly StateName[];
}
export interface Packet extends Node {
  readonly direction: "in" | "out" | "forward";
  readonly who?: Who;
  readonly from?: Nets;
  readonly fromPorts?: readonly Port[];
  readonly to?: Nets;
  readonly transport?: Transport;
  readonly path?: Path;
}

// ---- items of blocks ---------------------------------------------------------------------------------------------

/** A line inside a block. */
export interface Item extends Node {
  readonly trivia: Trivia;
}
export interface InterfaceName extends Node {
  /** Absent: on every system. */
  readonly os?: Os;
  /** `utun`: the system numbers it. */
  readonly device: Text | "utun";
}
export interface InterfaceItem extends Item {
  readonly kind: "interface";
  readonly names: readonly InterfaceName[];
}
export interface RoleItem extends Item {
  readonly kind: "role";
  readonly role: "outside" | "inside";
}
export interface Peer extends Node {
  readonly host?: Text;
  /** One net, or for a host all its addresses; absent where nobody pinned it. */
  readonly nets?: Nets;
  readonly transport: Transport;
  readonly nat64?: Net;
}
export interface ServerItem extends Item {
  readonly kind: "server";
  readonly server:
    | { readonly kind: "helper"; readonly name: Identifier }
    | { readonly kind: "peer"; readonly peer: Peer };
}
export interface CarrierItem extends Item {
  readonly kind: "carrier";
  readonly os?: Os;
  /** All of them ("and"). */
  readonly identities: readonly Identity[];
}
export interface ListenItem extends Item {
  readonly kind: "listen";
  readonly address: Net;
  readonly service: Service;
}
export interface ProtocolItem extends Item {
  readonly kind: "protocol";
  readonly protocol: "wireguard" | "openvpn" | "ipsec" | "other";
}
export interface AddressItem extends Item {
  readonly kind: "address";
  readonly addresses: Nets | "assigned";
}
export interface CarriesItem extends Item {
  readonly kind: "carries";
  readonly everything: boolean;
  readonly nets?: Nets;
}
export type LinkItem = InterfaceItem | RoleItem;
export type HelperItem = ServerItem | CarrierItem | ListenItem;
export type TunnelItem = ProtocolItem | InterfaceItem | ServerItem | CarrierItem | AddressItem | CarriesItem;
export type AppItem = Item &
  (
    | { readonly kind: "identity"; readonly os: Os; readonly identity: Identity }
    | { readonly kind: "traffic"; readonly traffic: "tunnel" | "outside" | "none" }
    | { readonly kind: "on-loss"; readonly onLoss: "pause" | "keep" }
  );
export type ProbeItem = Item &
  (
    | { readonly kind: "interface" }
    | { readonly kind: "handshake"; readonly within: Duration }
    | { readonly kind: "management"; readonly socket: Text }
    | { readonly kind: "route"; readonly nets: Nets }
    | { readonly kind: "heartbeat"; readonly targets: Nets; readonly every: Duration; readonly lostAfter: Integer }
  );
export type ReconnectItem = Item &
  (
    | { readonly kind: "run"; readonly os?: Os; readonly argv: readonly Text[] }
    | { readonly kind: "backoff"; readonly from: Duration; readonly to: Duration }
  );
export type ControlItem = Item &
  (
    | { readonly kind: "group"; readonly group: Text }
    | { readonly kind: "disable"; readonly disable: "never" | "allowed" | Duration }
    | { readonly kind: "confirm"; readonly within: Duration }
  );
export interface Binding extends Item {
  readonly name: Identifier;
  readonly value: Value;
}
/** `end` holds the comments that stand before the closing brace, `behind` the one that stands behind it. */
export interface Block<T extends Item> {
  readonly items: readonly T[];
  readonly end: readonly string[];
  readonly behind?: string;
}

// ---- statements --------------------------------------------------------------------------------------------------

interface StatementBase extends Node {
  readonly trivia: Trivia;
}
export interface Param extends StatementBase {
  readonly kind: "param";
  readonly name: Identifier;
  readonly type: "address" | "network" | "port" | "number" | "text";
  readonly default?: Value;
}
export interface Import extends StatementBase {
  readonly kind: "import";
  readonly path: Text;
  readonly bindings?: Block<Binding>;
}
export interface List extends StatementBase {
  readonly kind: "list";
  readonly name: Identifier;
  readonly source:
    | { readonly kind: "inline"; readonly nets: Nets }
    | ListFile
    /** The file in the place of its name; `nets` stand in it. */
    | { readonly kind: "loaded"; readonly nets: Nets; readonly file: ListFile };
}
export interface ListFile {
  readonly kind: "file";
  readonly path: Text;
  readonly sha256?: Text;
  readonly noWiderThan?: Integer;
}
export interface Link extends StatementBase {
  readonly kind: "link";
  readonly name: Identifier;
  readonly block: Block<LinkItem>;
}
export interface Helper extends StatementBase {
  readonly kind: "helper";
  readonly name: Identifier;
  readonly block: Block<HelperItem>;
}
export interface Tunnel extends StatementBase {
  readonly kind: "tunnel";
  readonly name: Identifier;
  readonly block: Block<TunnelItem>;
}
export interface Chain extends StatementBase {
  readonly kind: "chain";
  readonly name: Identifier;
  readonly hops: readonly Identifier[];
}
export interface Dns extends StatementBase {
  readonly kind: "dns";
  /** Absent: `dns none`. */
  readonly resolvers?: Nets;
  readonly who?: Who;
  readonly path?: Path;
  readonly suffixes: readonly Text[];
  readonly redirect: boolean;
  readonly caveat: Caveat;
}
export interface Ipv6 extends StatementBase {
  readonly kind: "ipv6";
  readonly mode: "tunnel" | "block";
}
export type Opening = Node &
  (
    | { readonly kind: "dhcp" | "dhcp-server" | "router-advertisement" | "discovery" | "lan"; readonly path?: Path }
    | {
        readonly kind: "host";
        readonly host: Text;
        /** Absent: nobody pinned it. */
        readonly at?: Nets;
        readonly within?: Nets;
        readonly service: Service;
        readonly path?: Path;
      }
    | { readonly kind: "packet"; readonly packet: Packet }
  );
export interface Allow extends StatementBase {
  readonly kind: "allow";
  readonly opening: Opening;
  readonly while?: While;
  readonly caveat: Caveat;
}
export interface Deny extends StatementBase {
  readonly kind: "deny";
  readonly packet: Packet;
  readonly while?: While;
  readonly caveat: Caveat;
}
export interface Side extends Node {
  readonly kind: "link" | "tunnel";
  readonly name: Identifier;
  readonly nets?: Nets;
}
export interface Route extends Node {
  readonly from: Side;
  readonly to: Side;
  readonly transport?: Transport;
  readonly change?:
    | { readonly kind: "masquerade" }
    | { readonly kind: "rewrite"; readonly to: Net; readonly port?: Port };
}
export interface Forward extends StatementBase {
  readonly kind: "forward";
  readonly route: Route | "block";
  readonly while?: While;
  readonly caveat: Caveat;
}
export interface App extends StatementBase {
  readonly kind: "app";
  readonly name: Identifier;
  readonly block: Block<AppItem>;
}
export interface Scope extends StatementBase {
  readonly kind: "scope";
  readonly scope: "machine" | "apps" | "carried";
}
export interface Blocked extends StatementBase {
  readonly kind: "blocked";
  readonly direction: "out" | "forward";
  readonly how: "reject" | "drop";
}
export interface Log extends StatementBase {
  readonly kind: "log";
  readonly count: Integer;
  readonly per: Duration;
}
export interface Alert extends StatementBase {
  readonly kind: "alert";
  readonly channels: readonly ("desktop" | "log")[];
}
export interface Watch extends StatementBase {
  readonly kind: "watch";
  readonly tunnel: Identifier;
  readonly block: Block<ProbeItem>;
}
export interface Reconnect extends StatementBase {
  readonly kind: "reconnect";
  readonly tunnel: Identifier;
  readonly block: Block<ReconnectItem>;
}
export interface Portal extends StatementBase {
  readonly kind: "portal";
  readonly limit: Duration;
  readonly who?: Who;
  readonly to?: Nets;
  readonly service: Service;
  readonly dns: boolean;
  readonly caveat: Caveat;
}
export interface Control extends StatementBase {
  readonly kind: "control";
  readonly block: Block<ControlItem>;
}
export interface Expect extends StatementBase {
  readonly kind: "expect";
  readonly verdict: "allow" | "drop";
  readonly packet: Packet;
  readonly reply: boolean;
  readonly while?: While;
}

export type Statement =
  | Param
  | Import
  | List
  | Link
  | Helper
  | Tunnel
  | Chain
  | Dns
  | Ipv6
  | Allow
  | Deny
  | Forward
  | App
  | Scope
  | Blocked
  | Log
  | Watch
  | Reconnect
  | Alert
  | Portal
  | Control
  | Expect;

export interface File extends Node {
  /** `ksp 1`. */
  readonly version: Integer;
  readonly type: "policy" | "fragment";
  readonly name: Identifier;
  /** Trivia of the two head lines. */
  readonly head: { readonly version: Trivia; readonly name: Trivia };
  readonly statements: readonly Statement[];
  /** Comments after the last statement. */
  readonly end: readonly string[];
}
