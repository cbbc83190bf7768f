"""A router advertisement of IPv6, sent once: `DEVICE PREFIX` offers itself as the way to everywhere and PREFIX to take an address from."""

import ipaddress
import socket
import struct
import sys

device, prefix = sys.argv[1], ipaddress.ip_network(sys.argv[2])
ADVERTISEMENT, PREFIX, ON_LINK_AND_AUTONOMOUS, HIGH = 134, 3, 0xC0, 0x08
EVERYBODY = "ff02::1"

index = socket.if_nametoindex(device)
sender = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
head = struct.pack("!BBHBBHII", ADVERTISEMENT, 0, 0, 64, HIGH, 1800, 0, 0)
offer = struct.pack("!BBBBIII", PREFIX, 4, prefix.prefixlen, ON_LINK_AND_AUTONOMOUS, 3600, 3600, 0)
sender.sendto(head + offer + prefix.network_address.packed, (EVERYBODY, 0, 0, index))
