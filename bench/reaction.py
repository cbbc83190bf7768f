"""Prints when the kernel tells of a lost link and of new rules, in milliseconds: `link 12.345` and `rules 14.567`.

One program hears both, so that both are told equally late.
"""

import select
import socket
import struct
import time

NETLINK_ROUTE, NETLINK_NETFILTER = 0, 12
GROUP_LINK, GROUP_NFTABLES = 1, 7
NETLINK_ADD_MEMBERSHIP, SOL_NETLINK = 1, 270
DELLINK = 17
# The end of a transaction: subsystem nf_tables, message NEWGEN.
NEWGEN = 10 << 8 | 15
HEADER = struct.Struct("=IHHII")


def hear(protocol, group):
    heard = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
    heard.bind((0, 0))
    heard.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
    return heard


def kinds(message):
    """The types of the messages in a datagram."""
    at = 0
    while at + HEADER.size <= len(message):
        length, kind, *_ = HEADER.unpack_from(message, at)
        yield kind
        at += (length + 3) & ~3


names = {hear(NETLINK_ROUTE, GROUP_LINK): ("link", DELLINK), hear(NETLINK_NETFILTER, GROUP_NFTABLES): ("rules", NEWGEN)}
print("ready", flush=True)
while True:
    ready, _, _ = select.select(list(names), [], [])
    now = time.monotonic() * 1000
    for heard in ready:
        name, wanted = names[heard]
        if wanted in kinds(heard.recv(1 << 16)):
            print(f"{name} {now:.3f}", flush=True)
