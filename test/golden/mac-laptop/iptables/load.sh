#!/bin/sh
# load.sh ruleset|lockdown|uninstall: puts that in force in place of whatever of ours was there, rules of others stay as
# they are. Each table of each family changes in one step; IPv6 is first, because it closes. Our jumps end up first in their
# hooks. KSP_IPTABLES=iptables-legacy or iptables-nft chooses one of the two where a machine has both.
set -u
cd -- "$(dirname -- "$0")" || exit 1
what=$1
v4=${KSP_IPTABLES:-iptables}
v6=ip6${v4#ip}
status=0

# What is to be restored: the file, and in the same step everything of ours that is there now and not in it goes.
whole() {
	"$1-save" | awk -v file="$2" '
		/^\*/ { table = $1 }
		/^:ksp_/ { old[table] = old[table] " " substr($1, 2) }
		/^-A [A-Z]+ .*-[jg] ksp_/ { jumps[table] = jumps[table] "-D" substr($0, 3) "\n" }
		END {
			while ((getline line < file) > 0) {
				if (line ~ /^\*/) {
					split("", declared)
					table = line
					print line
					count = split(old[table], chains, " ")
					for (i = 1; i <= count; i++) print ":" chains[i] " - [0:0]"
					printf "%s", jumps[table]
					continue
				}
				if (line ~ /^:/) { split(line, words, " "); declared[substr(words[1], 2)] = 1 }
				if (line == "COMMIT")
					for (i = 1; i <= count; i++) if (!(chains[i] in declared)) print "-X " chains[i]
				print line
			}
		}'
}

if [ "$what" = ruleset ] && [ -e sets.ipset ]; then ipset restore <sets.ipset || exit 1; fi
whole "$v6" "$what.v6" | "$v6-restore" --noflush || status=1
whole "$v4" "$what.v4" | "$v4-restore" --noflush || status=1

# Sets that no rule asks for any more; one that is asked for stays.
if [ "$status" = 0 ] && command -v ipset >/dev/null; then
	for set in $(ipset list -n | grep '^ksp_'); do
		if [ "$what" != ruleset ] || ! grep -q "^create $set " sets.ipset 2>/dev/null; then ipset destroy "$set" 2>/dev/null; fi
	done
fi
exit "$status"
