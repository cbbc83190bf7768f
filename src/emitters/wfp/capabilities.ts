import { type Capabilities, holds, refused, weakened } from "../capabilities.ts";

const named = refused("add a line for Windows with `program` or `service`");
const gateway = refused("let a Linux machine be the gateway");

/** Marks and control groups are Linux's own; WFP knows the program and the service behind a packet, and forwards without a memory. */
export const capabilities: Capabilities = {
  mark: named,
  "user-or-group": named,
  "user-by-name": named,
  "group-by-name": named,
  slice: named,
  "slice-at-boot": named,
  "many-slices": named,
  program: holds,
  service: holds,
  "interface-kind": holds,
  forward: gateway,
  "forward-from-anywhere": gateway,
  rewrite: gateway,
  masquerade: gateway,
  timed: refused("leave out `portal`: no filter of Windows ends with its time"),
  refreshed: weakened("they stay those that are pinned: nothing refreshes them on Windows yet"),
  arp: weakened("Windows answers for an address on its own interface alone, and shows ARP to no filter"),
  "one-step": holds,
  "final-source": weakened("no driver of others changes addresses after ours have judged them"),
  "program-path": refused("write it with its drive, or `System`"),
  "own-service": refused("name the service of the VPN"),
  "name-asker": refused("leave out `for`: one service of Windows asks for every program"),
  "interface-prefix": refused('name each of them, as in `interface windows "Ethernet"`'),
  "interface-case": refused("write the name as Windows shows it"),
  "hop-limit": weakened("Windows drops neighbour discovery with another one, as RFC 4861 asks"),
  "own-addresses": weakened("weak host sending and receiving are off, as Windows comes"),
  "one-way": weakened("what is answered to such a packet passes, too: a renewal of DHCP"),
  "errors-about-flows": weakened("Windows sends errors, and hears them, about its own flows alone"),
  "telling-senders": weakened("a program is told by Windows, and nobody else"),
  log: weakened("Windows keeps its own, `netsh wfp show netevents`"),
  "servers-at-boot": weakened("apply.ps1 runs at every boot: a filter that outlasts a boot names no interface"),
  guests: weakened("there are none, no WSL either, or hyperv.ps1 ran"),
  "foreign-permits": weakened("nobody permits for good in a heavier sublayer"),
};
