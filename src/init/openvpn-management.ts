import { isSocketPath } from "../net/socket-path.ts";
import type { Said, Take } from "./openvpn-said.ts";

/** `management PATH unix`: the daemon can ask there. It sends no password, and asks no port. */
const takePlace: Take = (said, [place, kind, password]) => {
  if (!place) return;
  if (kind?.text !== "unix" || password || !isPlain(place.text))
    return said.reading.note("left out", "`management`: only a plain path without a password is asked", place);
  said.reading.show(place);
  said.channel = place;
};

const isPlain = (path: string): boolean => /^[A-Za-z0-9/_.@+-]+$/.test(path) && isSocketPath(path);

const takeManager: Take = (said) => {
  said.hasManager = true;
};

const takeVisitor: Take = (said, [name]) => {
  if (name?.text !== "root") said.hasManager = true;
};

/** Beside the place all that makes OpenVPN wait for a program of its own, or restart when that one goes. */
export const managementOptions: Readonly<Record<string, Take>> = {
  management: takePlace,
  "management-client": takeManager,
  "management-client-group": takeVisitor,
  "management-client-user": takeVisitor,
  "management-external-cert": takeManager,
  "management-external-key": takeManager,
  "management-hold": takeManager,
  "management-query-passwords": takeManager,
  "management-signal": takeManager,
};

/** The path at which OpenVPN tells the daemon of its state; undefined where it has none, or another program is meant to be there. */
export function channelOf({ reading, channel, hasManager }: Said): string | undefined {
  if (channel && hasManager)
    reading.note("left out", "`management`: another program is meant to speak to OpenVPN, which serves one", channel);
  return hasManager ? undefined : channel?.text;
}
