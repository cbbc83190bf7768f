import { type Capabilities, holds, refused, weakened } from "../capabilities.ts";

const byNumber = refused("match a mark, or a user or group by number");
const notYet = refused("compile for nft");

export const capabilities: Capabilities = {
  mark: holds,
  "user-or-group": holds,
  "user-by-name": byNumber,
  "group-by-name": byNumber,
  slice: byNumber,
  "slice-at-boot": byNumber,
  "many-slices": byNumber,
  program: byNumber,
  service: byNumber,
  "interface-kind": weakened("nothing but the tunnel has the name of its interface"),
  forward: notYet,
  rewrite: notYet,
  masquerade: notYet,
  timed: notYet,
  refreshed: refused("write its addresses into the policy, with `ksp pin`"),
  arp: weakened("the kernel tells no neighbour a tunnel's address: arp_ignore is 1 or 2, arp_announce 2"),
  "one-step": weakened("a switch is a step for each family and table; IPv6 closes first and opens last"),
  "final-source": weakened("no rule of others changes the source of what leaves, after ours have judged it"),
  "program-path": byNumber,
  "own-service": byNumber,
  "name-asker": holds,
  "interface-prefix": holds,
  "interface-case": holds,
  "hop-limit": holds,
  "own-addresses": holds,
  "one-way": holds,
  "errors-about-flows": holds,
  "telling-senders": holds,
  log: holds,
  "servers-at-boot": holds,
  guests: holds,
  "foreign-permits": holds,
};
