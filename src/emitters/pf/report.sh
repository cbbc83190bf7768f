#!/bin/sh
# What a Mac says of pf and of the rules of ksp, for a report: nothing is changed. Run as root: sudo sh report.sh > report.txt
# `ksp audit POLICY --target pf --listing report.txt` reads it. It shows addresses and names of interfaces: read it before it is sent.

show() {
  echo
  echo "== $*"
  "$@" 2>&1
  echo "-- exit $?"
}

# Rules, translations and tables, each with its addresses: of the main ruleset without words, of an anchor behind `-a PATH`.
rules() {
  show pfctl "$@" -sr
  show pfctl "$@" -sn
  show pfctl "$@" -sT
  pfctl "$@" -sT 2>/dev/null | while IFS= read -r table; do
    show pfctl "$@" -t "$table" -T show
  done
}

show pfctl -s info
show pfctl -v -s Interfaces
show pfctl -v -sA
rules
# Two blanks stand before each; a name may hold others.
pfctl -v -sA 2>/dev/null | while IFS= read -r path; do
  rules -a "${path#  }"
done

show sw_vers
show uname -v
show pfctl -s References
show pfctl -s memory
show pfctl -a com.apple/000.ksp -vsr
show ifconfig -l
show sysctl net.inet.ip.forwarding net.inet6.ip6.forwarding net.inet.ip.check_interface

# Each file of this folder is read, and none is loaded.
for file in ./*.conf; do
  show pfctl -n -v -o none -f "$file"
done
