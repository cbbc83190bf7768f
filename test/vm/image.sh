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

# What a machine needs to boot, and what ksp needs on it.
packages="base-files base-passwd bash busybox-static coreutils dash dbus findutils grep hostname iproute2 ipset iptables iputils-ping kmod
	libc-bin libglib2.0-bin libstdc++6 login mawk nftables procps sed systemd systemd-sysv udev usr-is-merged util-linux wireguard-tools"
find_kernel() { apt-cache depends linux-image-cloud-amd64 2>/dev/null | grep -o 'linux-image-[0-9][^ ]*' | head -n 1; }
kernel=$(find_kernel) || { apt-get -qq update && kernel=$(find_kernel); }
# shellcheck disable=SC2086 # a list of words
key=$({ cat "$here/image.sh" "$here/init.sh"; apt-cache policy "$kernel" $packages | grep -E '^[a-z]|Candidate'; } | sha256sum)
[ "$(cat "$out/key" 2>/dev/null)" != "$key" ] || exit 0

rm -f "$out/key"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
quietly() { "$@" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; exit 1; }; }

# All packages that these need, as if nothing were installed, and the kernel without what would install it.
mkdir -p "$work/packages/partial"
(cd "$work" && quietly apt-get download -o APT::Sandbox::User=root "$kernel")
# shellcheck disable=SC2086 # a list of words
quietly apt-get -o Dir::State::status=/dev/null -o Dir::Cache::archives="$work/packages" -o APT::Sandbox::User=root \
	--yes --no-install-recommends --download-only install $packages

# They are unpacked, not installed: a fifth of the time. What their scripts would do, and a boot needs, comes after it.
root=$work/root
mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root/opt"
ln -s usr/bin usr/sbin usr/lib usr/lib64 "$root"
unpack() { dpkg-deb --fsys-tarfile "$1" | tar -x -C "$root" --keep-directory-symlink "${@:2}"; }
for package in "$work"/packages/*.deb; do
	unpack "$package" --exclude=./usr/share/{man,doc,locale,i18n,zoneinfo} --exclude=./usr/lib/udev/hwdb.d
done
# Of the kernel's modules stay those of the net, of discs and of consoles.
unpack "$work"/linux-image-*.deb --wildcards './boot/vmlinuz-*' './lib/modules/*/modules.*' \
	'./lib/modules/*/kernel/'{net,lib,crypto,arch,drivers/net,drivers/virtio,drivers/block,drivers/char,drivers/tty,drivers/acpi,fs/overlayfs,fs/fuse,fs/nls}
version=$(ls "$root/usr/lib/modules")
inside() { quietly chroot "$root" "$@"; }
inside depmod "$version"
inside ldconfig
for file in passwd group; do cp "$root/usr/share/base-passwd/$file.master" "$root/etc/$file"; done
cp "$root/usr/share/libc-bin/nsswitch.conf" "$root/etc/"
inside systemd-sysusers
for name in ip{,6}tables{,-save,-restore}; do ln -s "${name/tables/tables-nft}" "$root/usr/sbin/$name"; done
ln -s mawk "$root/usr/bin/awk"

mv "$root/boot/vmlinuz-$version" "$out/vmlinuz"
# The kernel inside boots without unpacking itself, four times faster.
unwrap() {
	local at
	while read -r at; do
		tail -c "+$((at + 1))" "$out/vmlinuz" | "${@:2}" 2>/dev/null >"$out/vmlinux" || true
		[ "$(head -c 4 "$out/vmlinux" | tail -c 3)" != ELF ] || return 0
	done < <(LC_ALL=C grep -aboP "$1" "$out/vmlinuz" | cut -d: -f1)
	return 1
}
unwrap '\x02!L\x18' lz4 -dc || unwrap '\xfd7zXZ\x00' xz -dc || unwrap '\x28\xb5\x2f\xfd' zstd -dc

# The first program loads the few modules that the disk needs.
initrd=$work/initrd
mkdir -p "$initrd"/{bin,dev,proc,sys,root,modules}
cp "$root/usr/bin/busybox" "$initrd/bin/"
for module in virtio_pci virtio_blk virtio_console virtio_net; do
	chroot "$root" modprobe -S "$version" --show-depends "$module"
done | grep -o '/[^ ]*\.ko' | awk '!seen[$0]++' >"$work/order"
while read -r module; do
	cp "$root$module" "$initrd/modules/"
	echo "${module##*/}" >>"$initrd/modules/order"
done <"$work/order"
install -m 755 "$here/init.sh" "$initrd/init"
(cd "$initrd" && find . | bin/busybox cpio -o -H newc 2>/dev/null) >"$out/initrd"

echo 'LABEL=root / ext4 noatime 0 0' >"$root/etc/fstab"
printf '[Journal]\nStorage=volatile\n' >"$root/etc/systemd/journald.conf"
echo machine >"$root/etc/hostname"
echo 1b9f4c9f6f4f4b0b8d3c6e3f0f1e2d3c >"$root/etc/machine-id"
inside systemctl enable systemd-networkd.service
inside systemctl set-default multi-user.target
# What costs seconds of a boot and has nothing to do here.
inside systemctl mask getty-static.service serial-getty@ttyS0.service modprobe@{drm,fuse,efi_pstore}.service \
	systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-journal-flush.service systemd-binfmt.service \
	sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount
# Nothing is there that a first boot would have to bring up to date.
touch "$root/etc/.updated" "$root/var/.updated"

rm -f "$out/root.ext4"
size=$(($(du -sm "$root" | cut -f1) + 100))
mke2fs -q -t ext4 -L root -O ^has_journal,^metadata_csum -E lazy_itable_init=1 -d "$root" "$out/root.ext4" "${size}M" >/dev/null
echo "$key" >"$out/key"
