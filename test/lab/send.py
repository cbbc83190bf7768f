"""Sends packets byte by byte, and tells where each was seen. Reads one JSON object, writes one; test/lab/send.ts is its face.

A packet leaves by a raw socket of any user, mark and control group, or arrives on an interface as if from outside. The eight
bytes at its end name it; rules that log to a group say how far it came. They drop what has come through, so nothing answers.
"""

import ctypes
import errno
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import sys

NETLINK_NETFILTER, SO_RCVBUFFORCE, SO_MARK, IP_NODEFRAG, SO_SNDBUF_BYTES = 12, 33, 36, 22, 1 << 20
SIOCGIFHWADDR = 0x8927
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
LOG_CONFIG, CONNECTION_NEW, CONNECTION_DELETE = 0x0401, 0x0100, 0x0102
REQUEST, ACK, CREATE = 1, 4, 0x400
libc = ctypes.CDLL(None, use_errno=True)
names, sockets, wires = {0: ""}, {}, {}


def attribute(kind, value):
    return struct.pack("=HH", len(value) + 4, kind) + value + bytes(-len(value) % 4)


def ask(netlink, kind, flags, body):
    """A netlink request; gives the kernel's error number, 0 for none."""
    netlink.send(struct.pack("=IHHII", 16 + len(body), kind, REQUEST | ACK | flags, 1, 0) + body)
    return -struct.unpack_from("=i", netlink.recv(65536), 16)[0]


def listen(groups):
    log = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    log.bind((0, 0))
    log.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    for group in groups:
        bind = attribute(1, b"\1")
        whole = attribute(2, struct.pack("!IBB", 0xFFFF, 2, 0))
        at_once = attribute(5, struct.pack("!I", 1))
        for part in (bind, whole, at_once):
            failed = ask(log, LOG_CONFIG, 0, struct.pack("!BBH", 0, 0, group) + part)
            if failed:
                sys.exit(f"cannot listen to log group {group}: {os.strerror(failed)}")
    log.setblocking(False)
    return log


def name_of(index):
    if index not in names:
        names[index] = socket.if_indextoname(index)
    return names[index]


def read(log, seen):
    """Reads what was logged: serial, group, in-interface, out-interface and the first bytes of each packet."""
    while True:
        try:
            data = log.recv(1 << 16)
        except BlockingIOError:
            return
        at = 0
        while at + 16 <= len(data):
            (length,) = struct.unpack_from("=I", data, at)
            group = struct.unpack_from("!H", data, at + 18)[0]
            entering = leaving = 0
            payload = b""
            field = at + 20
            while field + 4 <= at + length:
                size, kind = struct.unpack_from("=HH", data, field)
                value = data[field + 4 : field + size]
                if kind == 4:
                    entering = struct.unpack("!I", value)[0]
                elif kind == 5:
                    leaving = struct.unpack("!I", value)[0]
                elif kind == 9:
                    payload = value
                field += size + 3 & ~3
            magic, total, serial = struct.unpack("!HHI", payload[-8:].rjust(8, b"\0"))
            if magic == 0x6B73 and total == len(payload):
                seen.append([serial, group, name_of(entering), name_of(leaving), payload[:60].hex()])
            at += length + 3 & ~3


def enter(group):
    with open(f"/sys/fs/cgroup/{group}/cgroup.procs", "w", encoding="ascii") as processes:
        processes.write(str(os.getpid()))


def family_of(packet):
    return socket.AF_INET if packet["bytes"][0] == "4" else socket.AF_INET6


def address_of(packet):
    """Where a packet goes, in the words of its socket."""
    index = socket.if_nametoindex(packet["by"]) if packet["by"] else 0
    return (packet["to"], 0) if family_of(packet) == socket.AF_INET else (packet["to"], 0, 0, index)


def raw_socket(packet):
    """A socket keeps the user, the group and the control group that it was made in."""
    slice_, fragments = packet.get("slice", ""), bool(packet.get("fragment"))
    device, uid, gid, mark = (packet[field] for field in ("by", "uid", "gid", "mark"))
    family = family_of(packet)
    key = (family, device, uid, gid, mark, slice_, fragments)
    if key not in sockets:
        if slice_:
            enter(slice_)
        libc.setfsgid(gid)
        libc.setfsuid(uid)
        made = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
        libc.setfsuid(0)
        libc.setfsgid(0)
        if slice_:
            enter("")
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        made.setsockopt(socket.SOL_SOCKET, SO_MARK, struct.pack("=I", mark))
        if fragments and family == socket.AF_INET:
            made.setsockopt(socket.IPPROTO_IP, IP_NODEFRAG, 1)
        sockets[key] = made
    return sockets[key]


class Wire:
    """Takes whole packets into an interface: `tun NAME` into the tunnel's device, else onto the other end of a wire."""

    def __init__(self, device):
        kind, _, name = device.rpartition(" ")
        self.far = None
        if kind == "tun":
            self.file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            libc.ioctl(self.file, ctypes.c_ulong(TUNSETIFF), struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
        else:
            made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            made.bind((name, 0))
            asked = struct.pack("256s", (kind or name).encode())
            self.far = fcntl.ioctl(made, SIOCGIFHWADDR, asked)[18:24]
            self.file = made.detach()

    def frame(self, packet):
        """What is to be written to its file for a packet."""
        if self.far is None:
            return packet
        types = {4: b"\x08\x00", 6: b"\x86\xdd"}
        return self.far + bytes(5) + b"\2" + types[packet[0] >> 4] + packet


def wire(device):
    if device not in wires:
        wires[device] = Wire(device)
    return wires[device]


def send(packet):
    data = bytes.fromhex(packet["bytes"])
    try:
        if "on" in packet:
            on = wire(packet["on"])
            os.write(on.file, on.frame(data))
            return
        raw_socket(packet).sendto(data, address_of(packet))
    except OSError as error:
        # Refused by a rule, without a route, or no packet that this kernel would send: what was seen tells.
        if error.errno in (errno.EBADF, errno.ENODEV, errno.ENOENT):
            raise


def main():
    plan = json.load(sys.stdin)
    for device in plan["open"]:
        wire(device)
    log = listen(plan["groups"])
    connections = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    connections.bind((0, 0))
    result = []
    for step in plan["steps"]:
        if step["load"]:
            subprocess.run(["nft", "-f", "-"], input=step["load"], encoding="utf8", check=True)
        for command in step["run"]:
            subprocess.run(command, check=True)
        seen = []
        for packet in step["packets"]:
            body = bytes.fromhex(packet.get("connection", ""))
            if body and ask(connections, CONNECTION_NEW, CREATE, body):
                continue  # no connection can be like that
            send(packet)
            read(log, seen)
            if body:
                ask(connections, CONNECTION_DELETE, 0, bytes(4))
        while select.select([log], [], [], 0.01)[0]:
            read(log, seen)
        result.append({"seen": seen})
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
