import type { Address } from "../net/address.ts";
import type { AddressRange } from "../net/address-set.ts";
import type { Endpoint } from "./configuration.ts";
import { refused } from "./openvpn-options.ts";
import type { Reading, Word } from "./reading.ts";

export interface Remote {
  readonly host: Word;
  readonly port?: number;
  readonly protocol?: Protocol;
}
export type Protocol = "tcp" | "udp";

/** What `remote` lines leave open. */
interface Defaults {
  port: number;
  protocol: Protocol;
}

/** What the options said so far. */
export interface Said extends Defaults {
  readonly reading: Reading;
  readonly stem: string;
  readonly remotes: Remote[];
  /** Of `<connection>` blocks; where there is one, `remote` lines outside count for nothing. */
  readonly profiles: Endpoint[];
  readonly addresses: Address[];
  readonly routes: AddressRange[];
  readonly resolvers: Address[];
  device?: Word;
  isTun: boolean;
  disablesDco: boolean;
  pulls: boolean;
  pullsRoutes: boolean;
  mark?: number;
  user?: Word;
  only?: Protocol;
  /** Where OpenVPN can be asked, and whether that is for another program. */
  channel?: Word;
  hasManager: boolean;
}
export type Take = (said: Said, values: readonly Word[], name: Word) => void;

const refusals = new Map(Object.entries(refused));

/** False where no reason is known to refuse it. */
export function refuse(reading: Reading, option: string, at: Word): boolean {
  const refusal = refusals.get(option);
  if (!refusal) return false;
  reading.show(at);
  reading.refuse(`\`${at.text}\``, at, refusal.label, refusal.help);
  return true;
}
