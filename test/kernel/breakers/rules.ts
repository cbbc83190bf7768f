import { readFileSync } from "node:fs";
import type { Bundle } from "../../lab/bundle.ts";
import { host, servers } from "../../lab/line.ts";
import type { Namespace } from "../../lab/namespace.ts";
import { compiled } from "../compiled.ts";
import { golden } from "../golden.ts";
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

export const kspOf = (bundle: Bundle): Rules => ({
  words: "ksp",
  load: ({ nft }) => nft(bundle.read("ruleset.nft")),
  open: ({ nft }) => nft(bundle.read("switch/up.nft")),
});

export const home: Rules = kspOf(golden("home"));

const homeText = readFileSync(new URL("../../../examples/home-wireguard.ksp", import.meta.url), "utf8");

/** The policy of a home with one more statement. */
export const homeAnd = (statement: string): Rules => kspOf(compiled(`${homeText}${statement}\n`));

const hooked = compiled(homeText, host.interface);

/** What `--egress` adds: the last look at a card's frames, below everything that forwards or writes past IP. */
export const egressHook: Rules = rulesOf("`--egress eth0`", hooked.read(`egress/${host.interface}.nft`));
