"""Sends one UDP flow through an interface as fast as it can, many datagrams a system call; prints packets a second of processor
time. Arguments: interface, address, seconds. Whatever else the machine does then counts little."""

import ctypes
import socket
import sys
import time

BATCH, SIZE, PORT = 64, 64, 4242
device, address, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])


class IoVec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Message(ctypes.Structure):
    """struct mmsghdr of a connected socket: no address, no control data."""

    _fields_ = [
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
        ("sent", ctypes.c_uint32),
    ]


libc = ctypes.CDLL(None, use_errno=True)
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
sender.connect((address, PORT))
payload = ctypes.create_string_buffer(SIZE)
vector = IoVec(ctypes.addressof(payload), SIZE)
messages = (Message * BATCH)(*[Message(None, 0, ctypes.addressof(vector), 1, None, 0, 0, 0) for _ in range(BATCH)])


def blast(duration):
    sent, start, used = 0, time.monotonic(), time.process_time()
    while time.monotonic() - start < duration:
        done = libc.sendmmsg(sender.fileno(), messages, BATCH, 0)
        if done < 0:
            sys.exit(f"{device} {address}: refused, error {ctypes.get_errno()}")
        sent += done
    return sent / (time.process_time() - used), sent / (time.monotonic() - start)


blast(0.05)
print(*blast(seconds))
