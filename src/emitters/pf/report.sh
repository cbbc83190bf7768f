#!/bin/sh
# What a Mac says of pf and of the rules of ksp, for a report: nothing is changed. Run as root: sudo sh report.sh > report.txt
# It shows addresses and names of interfaces: read it before it is sent.
anchor=com.apple/000.ksp

show() {
  echo
  echo "== $*"
  "$@" 2>&1
  echo "-- exit $?"
}

show sw_vers
show uname -v
show pfctl -s info
show pfctl -s References
show pfctl -sr
show pfctl -sn
show pfctl -sA
show pfctl -a com.apple -sA
show pfctl -a "$anchor" -vsr
show pfctl -a "$anchor" -sT
for table in $(pfctl -a "$anchor" -sT 2>/dev/null); do
  show sh -c "pfctl -a $anchor -t $table -T show | wc -l"
done
show pfctl -s memory
show pfctl -v -s Interfaces
show ifconfig -l
show sysctl net.inet.ip.forwarding net.inet6.ip6.forwarding net.inet.ip.check_interface

# Each file of this folder is read, and none is loaded.
for file in ./*.conf; do
  show pfctl -n -v -o none -f "$file"
done
