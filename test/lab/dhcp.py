"""DHCP in its shortest form: `serve DEVICE ADDRESS ROUTER [ROUTE…]` offers an address and routes (option 121), `ask DEVICE` takes the first offer and prints it."""

import ipaddress
import json
import socket
import struct
import sys

MAGIC, MESSAGE, ROUTES, END = b"\x63\x82\x53\x63", 53, 121, b"\xff"
HEADER = struct.Struct("!BBBBIHH4s4s4s4s16s64s128s")
NOWHERE = bytes(4)


def packet(operation, number, mine, options):
    body = b"".join(struct.pack("!BB", kind, len(value)) + value for kind, value in options)
    return HEADER.pack(operation, 1, 6, 0, number, 0, 0x8000, NOWHERE, mine, NOWHERE, NOWHERE, b"", b"", b"") + MAGIC + body + END


def options_of(data):
    found, at = {}, HEADER.size + len(MAGIC)
    while at < len(data) and data[at] != 255:
        found[data[at]] = data[at + 2 : at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    return found


def encode(network, router):
    net = ipaddress.ip_network(network)
    return bytes([net.prefixlen]) + net.network_address.packed[: (net.prefixlen + 7) // 8] + socket.inet_aton(router)


def decode(data):
    routes = []
    while data:
        size = (data[0] + 7) // 8
        network = socket.inet_ntoa(data[1 : 1 + size].ljust(4, b"\0"))
        routes.append([f"{network}/{data[0]}", socket.inet_ntoa(data[1 + size : 5 + size])])
        data = data[5 + size :]
    return routes


def opened(device, port):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    made.bind(("", port))
    return made


def serve(device, address, router, *networks):
    server = opened(device, 67)
    print("serving", flush=True)
    routes = b"".join(encode(network, router) for network in networks)
    while True:
        data = server.recv(2048)
        number = HEADER.unpack_from(data)[4]
        answer = [(MESSAGE, b"\2"), (1, b"\xff\xff\xff\0"), (3, socket.inet_aton(router)), (ROUTES, routes)]
        server.sendto(packet(2, number, socket.inet_aton(address), answer), ("255.255.255.255", 68))


def ask(device):
    client = opened(device, 68)
    client.settimeout(0.25)
    for _ in range(8):
        try:
            client.sendto(packet(1, 4711, NOWHERE, [(MESSAGE, b"\1")]), ("255.255.255.255", 67))
            data = client.recv(2048)
        except OSError:
            continue
        offered = options_of(data)
        address = socket.inet_ntoa(HEADER.unpack_from(data)[8])
        print(json.dumps({"address": address, "routes": decode(offered.get(ROUTES, b""))}))
        return
    sys.exit(1)


{"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:])
