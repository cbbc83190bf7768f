import { readFileSync } from "node:fs";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import { type Emitted, emitted, fileOf, policyNamed, switchOf } from "../../emitters/policies.ts";
import { host, servers } from "../../lab/line.ts";
import type { Namespace } from "../../lab/namespace.ts";
import { compiled } from "../compiled.ts";
import { switchTo, type Variant, withFiles } from "../iptables/bundle.ts";
import { changed } from "../spoilt.ts";

export interface Rules {
  readonly words: string;
  /** Before there is any tunnel. */
  readonly load: (at: Namespace) => Promise<void>;
  /** The tunnel is proved good. */
  readonly open: (at: Namespace) => Promise<void>;
}

const nothing = async (): Promise<void> => {};

export const noRules: Rules = { words: "no rules", load: nothing, open: nothing };

const rulesOf = (words: string, text: string): Rules => ({ words, load: ({ nft }) => nft(text), open: nothing });

/** A kill switch as guides and many clients write it: by the name of the interface, the server for everybody, LAN, established. */
const usualText = `table inet usual {
	chain output {
		type filter hook output priority filter; policy drop;
		oifname { "lo", "wg0" } accept
		ct state established,related accept
		ip daddr ${servers[6]} udp dport 51820 accept
		udp dport { 67, 547 } accept
		icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept
		ip daddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 } accept
	}

	chain input {
		type filter hook input priority filter; policy drop;
		iifname { "lo", "wg0" } accept
		ct state established,related accept
		icmpv6 type { nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept
		ip saddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 } accept
	}
}
`;

export const usual: Rules = rulesOf("the usual rules", usualText);

/** The usual rules, but for one thing. */
export const usualBut = (what: string, from: string, to: string): Rules =>
  rulesOf(
    `the usual rules, ${what}`,
    changed(usualText, (text) => text.replace(from, to)),
  );

/** Our rules of a policy, whichever firewall holds them. */
export interface Ours {
  readonly policy: Emitted;
  /** No more is loaded than what is before the daemon. */
  readonly isBooting?: true;
}

export const oursOf = (name: string): Ours => ({ policy: policyNamed(name) });

export const home = oursOf("home-wireguard");

const homeText = readFileSync(new URL("../../../examples/home-wireguard.ksp", import.meta.url), "utf8");

/** The policy of a home with one more statement. */
export const homeAnd = (statement: string): Ours => ({ policy: emitted("home", `${homeText}${statement}\n`) });

export const byNft = ({ policy, isBooting }: Ours): Rules => ({
  words: "nft",
  load: ({ nft }) => nft(fileOf(policy, isBooting ? "lockdown.nft" : "ruleset.nft")),
  open: isBooting ? nothing : ({ nft }) => nft(switchOf(policy, "up")),
});

export function byIptables({ policy, isBooting }: Ours, variant: Variant, files = iptables.emit(policy.plan)): Rules {
  const put = (what: "lockdown" | "ruleset" | "up") => (at: Namespace) =>
    withFiles(files, variant, async ({ whole, change }) => {
      await at.run(what === "up" ? change(switchTo(what)) : whole(what));
    });
  return { words: variant, load: put(isBooting ? "lockdown" : "ruleset"), open: isBooting ? nothing : put("up") };
}

const hooked = compiled(homeText, host.interface);

/** What `--egress` adds: the last look at a card's frames, below everything that forwards or writes past IP. */
export const egressHook: Rules = rulesOf("`--egress eth0`", hooked.read(`egress/${host.interface}.nft`));
