#!/bin/sh
# load.sh ruleset|lockdown|switch/STATE|disable|uninstall: puts that in force in place of whatever of ours was there, rules of
# others stay as they are. Each table of each family changes in one step. IPv6 closes first and opens last. Our jumps end up
# first in their hooks. KSP_IPTABLES=iptables-legacy or iptables-nft chooses one of the two where a machine has both.
set -u
cd -- "$(dirname -- "$0")" || exit 1
what=$1
v4=${KSP_IPTABLES:-iptables}
v6=ip6${v4#ip}

# How open a state is, by the chain that what leaves goes to first; what is not known is as open as can be.
rank() {
	case $1 in
	ksp_out_lockdown) echo 0 ;;
	ksp_out_down) echo 1 ;;
	ksp_out_up) echo 2 ;;
	*) echo 3 ;;
	esac
}
first() { awk '$2 == "ksp_output" { for (i = 3; i < NF; i++) if ($i == "-g") print $(i + 1); exit }'; }

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

load() {
	case $what in
	switch/* | disable) cat "$what.$2" ;;
	*) whole "$1" "$what.$2" ;;
	esac | "$1-restore" --noflush --wait 10
}

case $what in
lockdown) after=0 ;;
ruleset | switch/*) after=$(rank "$(first <"$what.v6")") ;;
*) after=1000 ;;
esac
before=$(rank "$("$v6-save" -t filter | first)")

if [ "$what" = ruleset ] && [ -e sets.ipset ]; then ipset restore <sets.ipset || exit 1; fi
if [ -e "$what.ipset" ]; then ipset restore <"$what.ipset" || exit 1; fi
status=0
if [ "$after" -gt "$before" ]; then
	load "$v4" v4 && load "$v6" v6 || exit 1
else
	load "$v6" v6 || status=1
	load "$v4" v4 || status=1
fi

# Sets that no rule asks for any more; one that is asked for stays.
case $what in switch/* | disable) exit "$status" ;; esac
if [ "$status" = 0 ] && command -v ipset >/dev/null; then
	for set in $(ipset list -n | grep '^ksp_'); do
		if [ "$what" != ruleset ] || ! grep -q "^create $set " sets.ipset 2>/dev/null; then ipset destroy "$set" 2>/dev/null; fi
	done
fi
exit "$status"
