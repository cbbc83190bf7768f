/**
 * Loads on any kernel that has nftables: what is in force when the lockdown of a policy does not load. Nobody's tunnel comes up
 * through it, but the network is configured, so the rules of the daemon need only be loaded.
 */
export const closedTable = `#!/usr/sbin/nft -f
# Closed, of literals alone: loaded before the lockdown of the policy, and replaced by it in one step.

table inet ksp
delete table inet ksp

table inet ksp {

	chain output {
		type filter hook output priority filter; policy drop;
		oifname "lo" counter accept
		udp sport 68  udp dport 67  ip  daddr 255.255.255.255 counter accept
		udp sport 546 udp dport 547 ip6 daddr ff02::1:2       counter accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 counter accept
		ip6 daddr ff02::2 icmpv6 type nd-router-solicit ip6 hoplimit 255 counter accept
		counter drop
	}

	chain postrouting {
		type filter hook postrouting priority srcnat + 200; policy drop;
		oifname "lo" counter accept
		udp sport 68  udp dport 67  ip  daddr 255.255.255.255 counter accept
		udp sport 546 udp dport 547 ip6 daddr ff02::1:2       counter accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 counter accept
		ip6 daddr ff02::2 icmpv6 type nd-router-solicit ip6 hoplimit 255 counter accept
		counter drop
	}

	chain forward {
		type filter hook forward priority filter; policy drop;
		counter drop
	}

	chain input {
		type filter hook input priority filter; policy drop;
		iifname "lo" counter accept
		udp sport 67  udp dport 68  counter accept
		udp sport 547 udp dport 546 ip6 saddr fe80::/10 counter accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } ip6 hoplimit 255 counter accept
		counter drop
	}
}
`;
