import { type Capabilities, holds, refused } from "../capabilities.ts";

const byNumber = refused("match a mark, or a user or group by number");

/** Names of users are looked up while a file loads, and one that is unknown stops all of it; control groups exist only once something runs in them. */
export const capabilities: Capabilities = {
  mark: holds,
  "user-or-group": holds,
  "user-by-name": byNumber,
  "group-by-name": byNumber,
  slice: holds,
  "slice-at-boot": byNumber,
  "many-slices": refused("let several programs share a slice"),
  program: byNumber,
  service: byNumber,
  "interface-kind": holds,
  forward: holds,
  rewrite: holds,
  masquerade: holds,
  timed: holds,
  refreshed: holds,
  arp: holds,
  "one-step": holds,
  "final-source": holds,
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
