#!/bin/busybox sh
# The first program of a machine: the few modules that its disks need, the files of this test over those of its root, then systemd.
b=/bin/busybox
$b mount -t devtmpfs dev /dev
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
while read -r module; do $b insmod "/modules/$module"; done </modules/order
until [ -e /dev/vda ] && [ -e /dev/vdb ]; do $b sleep 0.05; done
$b mount -t ext4 -o noatime /dev/vda /root
$b mount -t ext4 -o ro /dev/vdb /root/opt
$b cp -af /root/opt/machine/. /root/
$b umount /sys
$b umount /proc
$b mount --move /dev /root/dev
exec $b switch_root /root /lib/systemd/systemd
