#!/bin/sh
# Installs what the tests need and this machine lacks; with `machines` what whole machines need, too.
# Debian and its kin, as root. Says nothing when nothing is missing.
set -eu
export PATH="$PATH:/usr/sbin:/sbin" DEBIAN_FRONTEND=noninteractive

# tool:package
tools="nft:nftables ipset:ipset iptables-nft-restore:iptables iptables-legacy-restore:iptables openvpn:openvpn wireguard-go:wireguard-go arptables-legacy:arptables wg:wireguard-tools tcpdump:tcpdump ip:iproute2
	ping:iputils-ping openssl:openssl sysctl:procps pkill:procps ps:procps flock:util-linux
	iptables-restore:iptables unshare:util-linux nsenter:util-linux setpriv:util-linux mount:mount python3:python3
	gcc:gcc gencat:libc6-dev mcs:mono-mcs mono:mono-runtime"
if [ "${1-}" = machines ]; then
	tools="$tools qemu-system-x86_64:qemu-system-x86 mke2fs:e2fsprogs dnsmasq:dnsmasq-base lz4:lz4 xz:xz-utils zstd:zstd"
fi

missing_tools=
missing_packages=
look() {
	missing_tools=
	missing_packages=
	for pair in $tools; do
		if ! command -v "${pair%%:*}" >/dev/null 2>&1; then
			missing_tools="$missing_tools ${pair%%:*}"
			missing_packages="$missing_packages ${pair#*:}"
		fi
	done
}

refuse() {
	echo "install-tools: missing:$missing_tools" >&2
	echo "install-tools: $1" >&2
	exit 1
}

look
[ -n "$missing_packages" ] || exit 0
[ "$(id -u)" = 0 ] || refuse "run this as root, or install:$missing_packages"
command -v apt-get >/dev/null 2>&1 || refuse "no apt-get here: install them with this system's own package manager"

# Debian starts a service as soon as it is installed, unless this file forbids it.
forbid=/usr/sbin/policy-rc.d
log=$(mktemp)
made=
tidy() {
	rm -f "$log"
	if [ -n "$made" ]; then rm -f "$forbid"; fi
}
trap tidy EXIT
trap 'exit 130' INT TERM HUP
if [ ! -e "$forbid" ]; then
	made=yes
	printf '#!/bin/sh\nexit 101\n' >"$forbid"
	chmod 755 "$forbid"
fi

apt() {
	timeout 600 apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		refuse "apt-get $1 failed"
	}
}
echo "install-tools: installing$missing_packages"
apt update
# shellcheck disable=SC2086 # a list of words
apt install --yes --no-install-recommends $missing_packages
look
[ -z "$missing_tools" ] || refuse "still not there after the installation"
