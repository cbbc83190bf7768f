import { followNetlink } from "../system/netlink-follower.ts";

export interface Monitored {
  readonly line: (text: string) => void;
  /** It listens from now on; again after every time it was deaf. */
  readonly listening: () => void;
  /** Events may have been missed. */
  readonly deaf: (why: string) => void;
}

/** Follows what the kernel tells of every change of rules. It is ready when it listens, or has given up for now. */
export function monitorRules({ line, listening, deaf }: Monitored): {
  readonly ready: Promise<void>;
  readonly stop: () => void;
} {
  let begin = (): void => {};
  const ready = new Promise<void>((settle) => {
    begin = settle;
  });
  const { stop } = followNetlink({
    command: ["nft", "monitor"],
    family: 12,
    line,
    listening: () => {
      begin();
      listening();
    },
    deaf: (why) => {
      begin();
      deaf(why);
    },
  });
  return { ready, stop };
}
