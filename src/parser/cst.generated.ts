// Generated from grammar.ts by `npm run generate`. Not to be edited.
import type { CstNode, IToken } from "chevrotain";

export interface FileCstNode extends CstNode {
  name: "file";
  children: FileCstChildren;
}

export type FileCstChildren = {
  start?: IToken[];
  version: VersionCstNode[];
  afterVersion: IToken[];
  title: TitleCstNode[];
  afterTitle: IToken[];
  statement?: StatementCstNode[];
  after?: IToken[];
};

export interface VersionCstNode extends CstNode {
  name: "version";
  children: VersionCstChildren;
}

export type VersionCstChildren = {
  KwKsp: IToken[];
  INTEGER: IToken[];
};

export interface TitleCstNode extends CstNode {
  name: "title";
  children: TitleCstChildren;
}

export type TitleCstChildren = {
  type?: (IToken)[];
  NAME: IToken[];
};

export interface StatementCstNode extends CstNode {
  name: "statement";
  children: StatementCstChildren;
}

export type StatementCstChildren = {
  param?: ParamCstNode[];
  import?: ImportCstNode[];
  list?: ListCstNode[];
  link?: LinkCstNode[];
  helper?: HelperCstNode[];
  tunnel?: TunnelCstNode[];
  chain?: ChainCstNode[];
  dns?: DnsCstNode[];
  ipv6?: Ipv6CstNode[];
  allow?: AllowCstNode[];
  deny?: DenyCstNode[];
  forward?: ForwardCstNode[];
  app?: AppCstNode[];
  scope?: ScopeCstNode[];
  blocked?: BlockedCstNode[];
  log?: LogCstNode[];
  watch?: WatchCstNode[];
  reconnect?: ReconnectCstNode[];
  alert?: AlertCstNode[];
  portal?: PortalCstNode[];
  control?: ControlCstNode[];
  expect?: ExpectCstNode[];
};

export interface ParamCstNode extends CstNode {
  name: "param";
  children: ParamCstChildren;
}

export type ParamCstChildren = {
  KwParam: IToken[];
  NAME: IToken[];
  type?: (IToken)[];
  EQUALS?: IToken[];
  value?: ValueCstNode[];
};

export interface ImportCstNode extends CstNode {
  name: "import";
  children: ImportCstChildren;
}

export type ImportCstChildren = {
  KwImport: IToken[];
  TEXT: IToken[];
  OPEN?: IToken[];
  NL?: (IToken)[];
  binding?: BindingCstNode[];
  CLOSE?: IToken[];
};

export interface BindingCstNode extends CstNode {
  name: "binding";
  children: BindingCstChildren;
}

export type BindingCstChildren = {
  NAME: IToken[];
  EQUALS: IToken[];
  value: ValueCstNode[];
};

export interface ValueCstNode extends CstNode {
  name: "value";
  children: ValueCstChildren;
}

export type ValueCstChildren = {
  nets?: NetsCstNode[];
  PORTS?: IToken[];
  INTEGER?: IToken[];
  NUMBER?: IToken[];
  STRING?: IToken[];
  RAW?: IToken[];
};

export interface ListCstNode extends CstNode {
  name: "list";
  children: ListCstChildren;
}

export type ListCstChildren = {
  KwList: IToken[];
  NAME: IToken[];
  EQUALS?: IToken[];
  nets?: NetsCstNode[];
  KwFrom?: IToken[];
  path?: IToken[];
  KwSha256?: IToken[];
  digest?: IToken[];
  KwNo?: IToken[];
  KwWider?: IToken[];
  KwThan?: IToken[];
  SLASH?: IToken[];
  INTEGER?: IToken[];
};

export interface NetsCstNode extends CstNode {
  name: "nets";
  children: NetsCstChildren;
}

export type NetsCstChildren = {
  include: (IToken)[];
  includeComma?: IToken[];
  KwExcept?: IToken[];
  except?: (IToken)[];
  exceptComma?: IToken[];
};

export interface LinkCstNode extends CstNode {
  name: "link";
  children: LinkCstChildren;
}

export type LinkCstChildren = {
  KwLink: IToken[];
  NAME: IToken[];
  OPEN: IToken[];
  NL: (IToken)[];
  linkItem: LinkItemCstNode[];
  CLOSE: IToken[];
};

export interface LinkItemCstNode extends CstNode {
  name: "linkItem";
  children: LinkItemCstChildren;
}

export type LinkItemCstChildren = {
  interface?: InterfaceCstNode[];
  KwRole?: IToken[];
  role?: (IToken)[];
};

export interface InterfaceCstNode extends CstNode {
  name: "interface";
  children: InterfaceCstChildren;
}

export type InterfaceCstChildren = {
  KwInterface: IToken[];
  TEXT?: (IToken)[];
  COMMA?: IToken[];
  OS?: IToken[];
  ifname?: IfnameCstNode[];
};

export interface IfnameCstNode extends CstNode {
  name: "ifname";
  children: IfnameCstChildren;
}

export type IfnameCstChildren = {
  TEXT?: IToken[];
  KwUtun?: IToken[];
};

export interface TunnelCstNode extends CstNode {
  name: "tunnel";
  children: TunnelCstChildren;
}

export type TunnelCstChildren = {
  KwTunnel: IToken[];
  NAME: IToken[];
  OPEN: IToken[];
  NL: (IToken)[];
  tunnelItem: TunnelItemCstNode[];
  CLOSE: IToken[];
};

export interface TunnelItemCstNode extends CstNode {
  name: "tunnelItem";
  children: TunnelItemCstChildren;
}

export type TunnelItemCstChildren = {
  KwProtocol?: IToken[];
  protocol?: (IToken)[];
  interface?: InterfaceCstNode[];
  server?: ServerCstNode[];
  carrier?: CarrierCstNode[];
  address?: AddressCstNode[];
  carries?: CarriesCstNode[];
};

export interface AddressCstNode extends CstNode {
  name: "address";
  children: AddressCstChildren;
}

export type AddressCstChildren = {
  KwAddress: IToken[];
  KwAssigned?: IToken[];
  nets?: NetsCstNode[];
};

export interface CarriesCstNode extends CstNode {
  name: "carries";
  children: CarriesCstChildren;
}

export type CarriesCstChildren = {
  KwCarries: IToken[];
  KwEverything?: IToken[];
  KwAnd?: IToken[];
  nets?: (NetsCstNode)[];
};

export interface HelperCstNode extends CstNode {
  name: "helper";
  children: HelperCstChildren;
}

export type HelperCstChildren = {
  KwHelper: IToken[];
  NAME: IToken[];
  OPEN: IToken[];
  NL: (IToken)[];
  helperItem: HelperItemCstNode[];
  CLOSE: IToken[];
};

export interface HelperItemCstNode extends CstNode {
  name: "helperItem";
  children: HelperItemCstChildren;
}

export type HelperItemCstChildren = {
  server?: ServerCstNode[];
  carrier?: CarrierCstNode[];
  KwListen?: IToken[];
  NET?: IToken[];
  service?: ServiceCstNode[];
};

export interface ServerCstNode extends CstNode {
  name: "server";
  children: ServerCstChildren;
}

export type ServerCstChildren = {
  KwServer: IToken[];
  KwHelper?: IToken[];
  NAME?: IToken[];
  peer?: PeerCstNode[];
  KwNat64?: IToken[];
  NET?: IToken[];
};

export interface PeerCstNode extends CstNode {
  name: "peer";
  children: PeerCstChildren;
}

export type PeerCstChildren = {
  NET?: IToken[];
  carried?: (CarriedCstNode)[];
  KwHost?: IToken[];
  TEXT?: IToken[];
  KwAt?: IToken[];
  nets?: NetsCstNode[];
};

export interface CarriedCstNode extends CstNode {
  name: "carried";
  children: CarriedCstChildren;
}

export type CarriedCstChildren = {
  service?: ServiceCstNode[];
  KwProtocol?: IToken[];
  INTEGER?: IToken[];
};

export interface ServiceCstNode extends CstNode {
  name: "service";
  children: ServiceCstChildren;
}

export type ServiceCstChildren = {
  protocol?: (IToken)[];
  ports: PortsCstNode[];
};

export interface CarrierCstNode extends CstNode {
  name: "carrier";
  children: CarrierCstChildren;
}

export type CarrierCstChildren = {
  KwCarrier: IToken[];
  OS?: IToken[];
  identity: (IdentityCstNode)[];
  KwAnd?: IToken[];
};

export interface IdentityCstNode extends CstNode {
  name: "identity";
  children: IdentityCstChildren;
}

export type IdentityCstChildren = {
  KwMark?: IToken[];
  mark?: (IToken)[];
  SLASH?: IToken[];
  mask?: IToken[];
  owned?: (IToken)[];
  owner?: OwnerCstNode[];
  named?: (IToken)[];
  TEXT?: IToken[];
};

export interface OwnerCstNode extends CstNode {
  name: "owner";
  children: OwnerCstChildren;
}

export type OwnerCstChildren = {
  TEXT?: IToken[];
  INTEGER?: IToken[];
};

export interface ChainCstNode extends CstNode {
  name: "chain";
  children: ChainCstChildren;
}

export type ChainCstChildren = {
  KwChain: IToken[];
  NAME: IToken[];
  EQUALS: IToken[];
  hop: (IToken)[];
  ARROW: IToken[];
};

export interface DnsCstNode extends CstNode {
  name: "dns";
  children: DnsCstChildren;
}

export type DnsCstChildren = {
  KwDns: IToken[];
  KwNone?: IToken[];
  nets?: NetsCstNode[];
  who?: WhoCstNode[];
  path?: PathCstNode[];
  KwFor?: IToken[];
  TEXT?: (IToken)[];
  COMMA?: IToken[];
  KwRedirect?: IToken[];
  caveat?: CaveatCstNode[];
};

export interface Ipv6CstNode extends CstNode {
  name: "ipv6";
  children: Ipv6CstChildren;
}

export type Ipv6CstChildren = {
  KwIpv6: IToken[];
  mode?: (IToken)[];
};

export interface AllowCstNode extends CstNode {
  name: "allow";
  children: AllowCstChildren;
}

export type AllowCstChildren = {
  KwAllow: IToken[];
  opening?: OpeningCstNode[];
  packet?: PacketCstNode[];
  while?: WhileCstNode[];
  caveat: CaveatCstNode[];
};

export interface OpeningCstNode extends CstNode {
  name: "opening";
  children: OpeningCstChildren;
}

export type OpeningCstChildren = {
  KwDhcp?: IToken[];
  KwServer?: IToken[];
  on?: (OnCstNode)[];
  KwRouterAdvertisement?: IToken[];
  kind?: (IToken)[];
  KwHost?: IToken[];
  TEXT?: IToken[];
  KwAt?: IToken[];
  addresses?: NetsCstNode[];
  KwWithin?: IToken[];
  bounds?: NetsCstNode[];
  service?: ServiceCstNode[];
};

export interface DenyCstNode extends CstNode {
  name: "deny";
  children: DenyCstChildren;
}

export type DenyCstChildren = {
  KwDeny: IToken[];
  packet: PacketCstNode[];
  while?: WhileCstNode[];
  caveat: CaveatCstNode[];
};

export interface PacketCstNode extends CstNode {
  name: "packet";
  children: PacketCstChildren;
}

export type PacketCstChildren = {
  direction?: (IToken)[];
  who?: WhoCstNode[];
  KwFrom?: IToken[];
  source?: NetsCstNode[];
  ports?: PortsCstNode[];
  KwTo?: IToken[];
  destination?: NetsCstNode[];
  transport?: TransportCstNode[];
  path?: PathCstNode[];
};

export interface WhoCstNode extends CstNode {
  name: "who";
  children: WhoCstChildren;
}

export type WhoCstChildren = {
  KwApp?: IToken[];
  NAME?: IToken[];
  identity?: IdentityCstNode[];
};

export interface TransportCstNode extends CstNode {
  name: "transport";
  children: TransportCstChildren;
}

export type TransportCstChildren = {
  service?: ServiceCstNode[];
  icmp?: (IToken)[];
  NAME?: IToken[];
  KwProtocol?: IToken[];
  INTEGER?: IToken[];
};

export interface PathCstNode extends CstNode {
  name: "path";
  children: PathCstChildren;
}

export type PathCstChildren = {
  on?: OnCstNode[];
  KwThrough?: IToken[];
  NAME?: IToken[];
};

export interface OnCstNode extends CstNode {
  name: "on";
  children: OnCstChildren;
}

export type OnCstChildren = {
  KwOn: IToken[];
  NAME: IToken[];
};

export interface PortsCstNode extends CstNode {
  name: "ports";
  children: PortsCstChildren;
}

export type PortsCstChildren = {
  PORT: (IToken)[];
  COMMA?: IToken[];
};

export interface CaveatCstNode extends CstNode {
  name: "caveat";
  children: CaveatCstChildren;
}

export type CaveatCstChildren = {
  KwAcceptRisk?: IToken[];
  CODE?: (IToken)[];
  COMMA?: IToken[];
  KwReason?: IToken[];
  reason?: IToken[];
  KwOwner?: IToken[];
  owner?: IToken[];
  KwTicket?: IToken[];
  ticket?: IToken[];
  KwUntil?: IToken[];
  DATE?: IToken[];
};

export interface ForwardCstNode extends CstNode {
  name: "forward";
  children: ForwardCstChildren;
}

export type ForwardCstChildren = {
  KwForward: IToken[];
  KwBlock?: IToken[];
  route?: RouteCstNode[];
  while?: WhileCstNode[];
  caveat?: CaveatCstNode[];
};

export interface RouteCstNode extends CstNode {
  name: "route";
  children: RouteCstChildren;
}

export type RouteCstChildren = {
  KwFrom: IToken[];
  source: SideCstNode[];
  KwTo: (IToken)[];
  destination: SideCstNode[];
  transport?: TransportCstNode[];
  KwMasquerade?: IToken[];
  KwRewrite?: IToken[];
  NET?: IToken[];
  PORT?: IToken[];
};

export interface SideCstNode extends CstNode {
  name: "side";
  children: SideCstChildren;
}

export type SideCstChildren = {
  kind?: (IToken)[];
  NAME: IToken[];
  nets?: NetsCstNode[];
};

export interface AppCstNode extends CstNode {
  name: "app";
  children: AppCstChildren;
}

export type AppCstChildren = {
  KwApp: IToken[];
  NAME: IToken[];
  OPEN: IToken[];
  NL: (IToken)[];
  appItem: AppItemCstNode[];
  CLOSE: IToken[];
};

export interface AppItemCstNode extends CstNode {
  name: "appItem";
  children: AppItemCstChildren;
}

export type AppItemCstChildren = {
  OS?: IToken[];
  identity?: IdentityCstNode[];
  KwTraffic?: IToken[];
  traffic?: (IToken)[];
  KwOn?: IToken[];
  KwLoss?: IToken[];
  onLoss?: (IToken)[];
};

export interface ScopeCstNode extends CstNode {
  name: "scope";
  children: ScopeCstChildren;
}

export type ScopeCstChildren = {
  KwScope: IToken[];
  scope?: (IToken)[];
};

export interface BlockedCstNode extends CstNode {
  name: "blocked";
  children: BlockedCstChildren;
}

export type BlockedCstChildren = {
  KwBlocked: IToken[];
  direction?: (IToken)[];
  how?: (IToken)[];
};

export interface LogCstNode extends CstNode {
  name: "log";
  children: LogCstChildren;
}

export type LogCstChildren = {
  KwLog: IToken[];
  KwBlocked: IToken[];
  KwAt: IToken[];
  KwMost: IToken[];
  INTEGER: IToken[];
  KwPer: IToken[];
  DURATION: IToken[];
};

export interface AlertCstNode extends CstNode {
  name: "alert";
  children: AlertCstChildren;
}

export type AlertCstChildren = {
  KwAlert: IToken[];
  channel?: (IToken)[];
  COMMA?: IToken[];
};

export interface WatchCstNode extends CstNode {
  name: "watch";
  children: WatchCstChildren;
}

export type WatchCstChildren = {
  KwWatch: IToken[];
  NAME: IToken[];
  OPEN: IToken[];
  NL: (IToken)[];
  probe: ProbeCstNode[];
  CLOSE: IToken[];
};

export interface ProbeCstNode extends CstNode {
  name: "probe";
  children: ProbeCstChildren;
}

export type ProbeCstChildren = {
  KwInterface?: IToken[];
  KwHandshake?: IToken[];
  KwWithin?: IToken[];
  DURATION?: (IToken)[];
  KwManagement?: IToken[];
  TEXT?: IToken[];
  KwRoute?: IToken[];
  nets?: (NetsCstNode)[];
  KwHeartbeat?: IToken[];
  KwEvery?: IToken[];
  KwLost?: IToken[];
  KwAfter?: IToken[];
  INTEGER?: IToken[];
};

export interface ReconnectCstNode extends CstNode {
  name: "reconnect";
  children: ReconnectCstChildren;
}

export type ReconnectCstChildren = {
  KwReconnect: IToken[];
  NAME: IToken[];
  OPEN: IToken[];
  NL: (IToken)[];
  reconnectItem: ReconnectItemCstNode[];
  CLOSE: IToken[];
};

export interface ReconnectItemCstNode extends CstNode {
  name: "reconnectItem";
  children: ReconnectItemCstChildren;
}

export type ReconnectItemCstChildren = {
  OS?: IToken[];
  KwRun?: IToken[];
  TEXT?: IToken[];
  KwBackoff?: IToken[];
  first?: IToken[];
  KwTo?: IToken[];
  last?: IToken[];
};

export interface PortalCstNode extends CstNode {
  name: "portal";
  children: PortalCstChildren;
}

export type PortalCstChildren = {
  KwPortal: IToken[];
  KwFor: IToken[];
  DURATION: IToken[];
  who?: WhoCstNode[];
  KwTo?: IToken[];
  nets?: NetsCstNode[];
  service: ServiceCstNode[];
  KwAnd?: IToken[];
  KwDns?: IToken[];
  caveat: CaveatCstNode[];
};

export interface ControlCstNode extends CstNode {
  name: "control";
  children: ControlCstChildren;
}

export type ControlCstChildren = {
  KwControl: IToken[];
  OPEN: IToken[];
  NL: (IToken)[];
  controlItem: ControlItemCstNode[];
  CLOSE: IToken[];
};

export interface ControlItemCstNode extends CstNode {
  name: "controlItem";
  children: ControlItemCstChildren;
}

export type ControlItemCstChildren = {
  KwGroup?: IToken[];
  TEXT?: IToken[];
  KwDisable?: IToken[];
  may?: (IToken)[];
  KwFor?: IToken[];
  limit?: IToken[];
  KwConfirm?: IToken[];
  KwWithin?: IToken[];
  within?: IToken[];
};

export interface ExpectCstNode extends CstNode {
  name: "expect";
  children: ExpectCstChildren;
}

export type ExpectCstChildren = {
  KwExpect: IToken[];
  verdict?: (IToken)[];
  packet: PacketCstNode[];
  KwReply?: IToken[];
  while?: WhileCstNode[];
};

export interface WhileCstNode extends CstNode {
  name: "while";
  children: WhileCstChildren;
}

export type WhileCstChildren = {
  KwWhile: IToken[];
  state: (StateCstNode)[];
  KwOr?: IToken[];
};

export interface StateCstNode extends CstNode {
  name: "state";
  children: StateCstChildren;
}

export type StateCstChildren = {
  NAME?: IToken[];
  COLON?: IToken[];
  LEVEL: IToken[];
};

