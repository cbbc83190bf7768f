#!/bin/sh
# load.sh ruleset|lockdown|switch/STATE|disable|uninstall: puts that in force in place of whatever of ours was there, rules of
# others stay as they are. Each table of each family changes in one step. IPv6 closes first and opens last; a change that does
# both closes first. Our jumps end up first in their hooks. KSP_IPTABLES=iptables-legacy or iptables-nft chooses one of the two
# where a machine has both.
set -u
cd -- "$(dirname -- "$0")" || exit 1
v4=${KSP_IPTABLES:-iptables}
v6=ip6${v4#ip}

# What is open in a state, by the chain that what leaves goes to first: what the daemon opens, how far each chain of tunnels is
# up, the portal. What is not known is as open as can be.
levels() {
	case $1 in
	ksp_out_lockdown) echo 0 0 0 0 ;;
	ksp_out_first.down__4bd3b766) echo 1 0 0 0 ;;
	ksp_out_first.down_second.up) echo 1 0 99 0 ;;
	ksp_out_first.up_second.down) echo 1 99 0 0 ;;
	ksp_out_first.up_second.up) echo 1 99 99 0 ;;
	*) echo 100 100 100 100 ;;
	esac
}
first() { awk '$2 == "ksp_output" { for (i = 3; i < NF; i++) if ($i == "-g") print $(i + 1); exit }'; }
below() { awk -v a="$1" -v b="$2" 'BEGIN { n = split(a, x, " "); split(b, y, " "); for (i = 1; i <= n; i++) if (x[i] > y[i]) exit 1 }'; }
meet() { awk -v a="$1" -v b="$2" 'BEGIN { n = split(a, x, " "); split(b, y, " "); for (i = 1; i <= n; i++) printf "%s%s", x[i] < y[i] ? x[i] : y[i], i < n ? " " : "\n" }'; }

# What is to be restored: the file, and in the same step everything of ours that is there now and not in it goes.
whole() {
	"$1-save" | awk -v file="$2" '
		function clear(table) {
			print table
			count = split(old[table], chains, " ")
			for (i = 1; i <= count; i++) print ":" chains[i] " - [0:0]"
			printf "%s", jumps[table]
		}
		function finish() {
			for (i = 1; i <= count; i++) if (!(chains[i] in declared)) print "-X " chains[i]
			print "COMMIT"
		}
		/^\*/ { table = $1 }
		/^:ksp_/ { old[table] = old[table] " " substr($1, 2) }
		/^-A [A-Z]+ .*-[jg] ksp_/ { jumps[table] = jumps[table] "-D" substr($0, 3) "\n" }
		END {
			while ((getline line < file) > 0) {
				if (line ~ /^\*/) {
					split("", declared)
					clear(line)
					delete old[line]
					continue
				}
				if (line ~ /^:/) { split(line, words, " "); declared[substr(words[1], 2)] = 1 }
				if (line == "COMMIT") finish()
				else print line
			}
			split("", declared)
			for (table in old) { clear(table); finish() }
		}'
}

# Whether the kernel certainly has no IPv6: then it may take no rules for it, and sends nothing by it.
lacks6() { [ -e /proc/sys/net/ipv4 ] && [ ! -e /proc/sys/net/ipv6 ]; }

# One family: load PROGRAM EXTENSION WHAT.
load() {
	case $3 in
	switch/* | disable) cat "$3.$2" ;;
	*) whole "$1" "$3.$2" ;;
	esac | "$1-restore" --noflush --wait 10 && return
	[ "$2" = v6 ] && lacks6 && echo "load.sh: this kernel has no IPv6, whose rules are left out" >&2
}

# Both families, the one that must be ahead first: go WHAT.
go() {
	case $1 in
	lockdown | ruleset | switch/*) after=$(levels "$(first <"$1.v6")") ;;
	*) after=$(levels open) ;;
	esac
	before=$(levels "$("$v6-save" -t filter | first)")
	if [ -e "$1.ipset" ]; then ipset restore <"$1.ipset" || return 1; fi
	if below "$after" "$before"; then
		load "$v6" v6 "$1"
		closed=$?
		load "$v4" v4 "$1" && return "$closed"
	elif below "$before" "$after"; then
		load "$v4" v4 "$1" && load "$v6" v6 "$1"
	else
		for state in switch/*.v6; do
			if [ "$(levels "$(first <"$state")")" = "$(meet "$before" "$after")" ]; then
				go "${state%.v6}" && go "$1"
				return
			fi
		done
		return 1
	fi
}

what=${1:-}
# Of what is not there nothing would come into force, and ours would be gone.
for file in "$what.v4" "$what.v6"; do
	if [ ! -r "$file" ]; then
		echo "load.sh: there is no $file" >&2
		exit 2
	fi
done
if [ "$what" = ruleset ] && [ -e sets.ipset ]; then ipset restore <sets.ipset || exit 1; fi
go "$what" || exit 1

# Sets that no rule asks for any more; one that is asked for stays.
case $what in switch/* | disable) exit 0 ;; esac
if command -v ipset >/dev/null; then
	for set in $(ipset list -n | grep '^ksp_'); do
		if [ "$what" != ruleset ] || ! grep -q "^create $set " sets.ipset 2>/dev/null; then ipset destroy "$set" 2>/dev/null; fi
	done
fi
exit 0
