import { type Capabilities, holds, refused, weakened } from "../capabilities.ts";

const named = refused(
  "say `user` or `group` with a number: of a tunnel or app in a line for macOS, elsewhere in its place",
);
const numbered = refused("write the number that `id` prints: one unknown name stops all rules from loading");
const gateway = refused("let a Linux machine be the gateway");

/** pf knows the user and group behind TCP and UDP, and interfaces by their whole names. */
export const capabilities: Capabilities = {
  mark: named,
  "user-or-group": holds,
  "user-by-name": numbered,
  "group-by-name": numbered,
  slice: named,
  "slice-at-boot": named,
  "many-slices": named,
  program: named,
  service: named,
  "interface-kind": holds,
  forward: gateway,
  "forward-from-anywhere": gateway,
  rewrite: gateway,
  masquerade: gateway,
  timed: refused("leave out `portal`: no rule of pf ends with its time"),
  refreshed: weakened("they stay those that are pinned: nothing refreshes them on macOS yet"),
  arp: weakened("macOS answers for an address on its own interface alone, and shows ARP to no rule"),
  "one-step": holds,
  "final-source": holds,
  "program-path": named,
  "service-name": named,
  "own-service": named,
  "owner-case": named,
  "name-asker": refused("leave out `for`: one service of macOS asks for every program"),
  "interface-prefix": refused('name each of them, as in `interface macos "en0" macos "en7"`'),
  "interface-case": holds,
  "device-name": holds,
  "hop-limit": weakened("macOS drops neighbour discovery with another one, as RFC 4861 asks"),
  "own-addresses": weakened(
    "no program sends with the address of another interface, and a utun has no broadcast but 255.255.255.255",
  ),
  "one-way": holds,
  "errors-about-flows": weakened("pf lets errors of every type pass about a flow that it knows, and no others"),
  "telling-senders": weakened("pf tells a program where it can; on wired networks it may wait for its time limit"),
  log: weakened("none is kept; `pfctl -a com.apple/000.ksp -vsr` counts"),
  "servers-at-boot": holds,
  guests: weakened(
    "macOS forwards nothing: net.inet.ip.forwarding and net.inet6.ip6.forwarding are 0, and no machine is bridged",
  ),
  "foreign-permits": weakened(
    "pf stays on with Apple's anchors, and none that is asked before ours lets anything pass for good",
  ),
  "open-outside": refused(
    'name the ways to the internet, as in `link uplink` with `interface macos "en0"` and `role outside`',
  ),
  "beside-several": refused("leave out `scope`, or keep one tunnel: pf can leave out one interface"),
  "macos-name": refused(
    "write the name that `ifconfig -l` prints, and `utun` without a number for a tunnel: utuns change theirs",
  ),
  "carrier-of-others": refused(
    "use a server that takes UDP, as IPsec does on 4500: macOS tells who sends TCP and UDP alone",
  ),
  "owner-of-one-other": refused(
    "leave out who sends it, or say `tcp` or `udp`: of nothing else macOS tells who sends it",
  ),
  "owner-of-others": weakened("a program that the policy names sends nothing else"),
  prober: weakened("any program may ask a heartbeat's target, by the tunnel that it tests"),
  "own-discovery": weakened("pf is not shown the neighbour solicitations and advertisements that macOS sends itself"),
  boot: weakened(
    "pf is empty until the job of the boot has run, and macOS does not say that the network waits for it",
    "KSP3024",
  ),
  "open-flows": weakened("what the new state forbids goes on until the commands of moves.txt have killed it"),
  switching: weakened(
    "macOS has none: somebody runs the commands of moves.txt at every change, also when a tunnel is lost (KSP3022); `watch`, `control`, `reconnect`, `alert` and the limits of a disable have no effect",
  ),
  entries: refused("keep fewer prefixes in lists: pf holds 200,000 in all its tables"),
};
