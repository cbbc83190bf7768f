#!/bin/bash
# image.sh FOLDER: puts a Debian there that boots in a virtual machine: root.ext4, vmlinux, vmlinuz, initrd. Packages come from
# where this machine's apt takes them. Does nothing where they are there already: `key` says of what they were made.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
exec 9>"$out/lock"
flock 9

packages="systemd systemd-sysv udev dbus kmod iproute2 iputils-ping procps nftables iptables ipset wireguard-tools libglib2.0-bin libstdc++6"
kernel=$(apt-cache depends linux-image-cloud-amd64 | grep -o 'linux-image-[0-9][^ ]*' | head -n 1)
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
# shellcheck disable=SC2086 # a list of words
key=$({ cat "$here/image.sh" "$here/init.sh"; apt-cache policy "$kernel" $packages busybox-static | grep -E '^[a-z]|Candidate'; } | sha256sum)
[ "$(cat "$out/key" 2>/dev/null)" != "$key" ] || exit 0

rm -f "$out/key"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
quietly() { "$@" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; exit 1; }; }

root=$work/root
# shellcheck disable=SC2016 # names that apt replaces
apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' | sort -u >"$work/sources"
quietly mmdebstrap --mode=root --variant=essential --include="${packages// /,}" --dpkgopt=force-unsafe-io \
	--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
	"$suite" "$root" "$work/sources"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/* "$root"/etc/apt

# The kernel is unpacked, not installed: neither a boot loader nor another initrd is made. Of its modules stay those of the net.
(cd "$work" && quietly apt-get download -o APT::Sandbox::User=root "$kernel" busybox-static)
dpkg-deb -x "$work"/linux-image-*.deb "$work/kernel"
dpkg-deb -x "$work"/busybox-static_*.deb "$work/busybox"
version=$(ls "$work/kernel/lib/modules")
mv "$work/kernel/lib/modules" "$root/usr/lib/modules"
(cd "$root/usr/lib/modules/$version/kernel" && find . -name '*.ko' |
	grep -vE '^./(net|lib|crypto|arch)/|/net/|/virtio/|/block/|/char/|/fs/(overlayfs|fuse|nls)|drivers/(tty|acpi)' | xargs rm -f)
depmod -b "$root" "$version" 2>/dev/null
vmlinuz=$work/kernel/boot/vmlinuz-$version
cp "$vmlinuz" "$out/vmlinuz"
# The kernel inside boots without unpacking itself, four times faster.
unpack() {
	local at
	while read -r at; do
		tail -c "+$((at + 1))" "$vmlinuz" | "${@:2}" 2>/dev/null >"$out/vmlinux" || true
		[ "$(head -c 4 "$out/vmlinux" | tail -c 3)" != ELF ] || return 0
	done < <(LC_ALL=C grep -aboP "$1" "$vmlinuz" | cut -d: -f1)
	return 1
}
unpack '\x02!L\x18' lz4 -dc || unpack '\xfd7zXZ\x00' xz -dc || unpack '\x28\xb5\x2f\xfd' zstd -dc

# The first program loads the few modules that the disk needs.
initrd=$work/initrd
mkdir -p "$initrd"/{bin,dev,proc,sys,root,modules}
cp "$work/busybox/bin/busybox" "$initrd/bin/"
for module in virtio_pci virtio_blk virtio_console virtio_net; do
	chroot "$root" modprobe -S "$version" --show-depends "$module"
done | grep -o '/[^ ]*\.ko' | awk '!seen[$0]++' >"$work/order"
while read -r module; do
	cp "$root$module" "$initrd/modules/"
	echo "${module##*/}" >>"$initrd/modules/order"
done <"$work/order"
install -m 755 "$here/init.sh" "$initrd/init"
(cd "$initrd" && find . | "$work/busybox/bin/busybox" cpio -o -H newc 2>/dev/null) >"$out/initrd"

echo 'LABEL=root / ext4 noatime 0 1' >"$root/etc/fstab"
printf '[Journal]\nStorage=volatile\n' >"$root/etc/systemd/journald.conf"
echo machine >"$root/etc/hostname"
echo 1b9f4c9f6f4f4b0b8d3c6e3f0f1e2d3c >"$root/etc/machine-id"
units() { systemctl --root="$root" --quiet "$@"; }
units enable systemd-networkd.service
units set-default multi-user.target
# What costs seconds of a boot and has nothing to do here.
units mask getty@tty1.service serial-getty@ttyS0.service console-getty.service getty-static.service systemd-update-utmp.service \
	systemd-update-utmp-runlevel.service systemd-networkd-wait-online.service e2scrub_reap.service e2scrub_all.timer apt-daily.timer \
	apt-daily-upgrade.timer fstrim.timer dpkg-db-backup.timer systemd-pstore.service systemd-firstboot.service systemd-binfmt.service \
	ldconfig.service sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount systemd-journal-catalog-update.service \
	systemd-update-done.service systemd-journal-flush.service modprobe@drm.service modprobe@fuse.service modprobe@efi_pstore.service

rm -f "$out/root.ext4"
size=$(($(du -sm "$root" | cut -f1) + 200))
mke2fs -q -t ext4 -L root -O ^has_journal,^metadata_csum -E lazy_itable_init=1 -d "$root" "$out/root.ext4" "${size}M" >/dev/null
echo "$key" >"$out/key"
