"""Sends packets as fast as it can while rules are loaded, over and over. Reads one JSON object, writes one; test/lab/storm.ts
is its face.

Processes of their own send, by storm.c; this one loads. A packet's class stands in its ECN bits: behind all rules those that came through
are counted by class and dropped, so nothing answers. A load that is to be killed is killed at a random moment.
"""

import base64
import ctypes
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import time
from multiprocessing import Barrier, Pipe, Process
from multiprocessing.sharedctypes import RawValue

import send

CLASSES = ("refused", "passing")
# One core is left to the loader.
SENDERS = max(1, len(os.sched_getaffinity(0)) - 1)
FOLDER = "/run/storm"
PROGRAM = f"{FOLDER}/storm.so"
COUNT = """
		{family} ecn ect1 counter name refused drop
		{family} ecn ect0 counter name passing drop"""
TABLE = f"""table inet storm {{
	counter refused {{}}
	counter passing {{}}
	chain through_input {{
		type filter hook input priority 2147483645
		goto count
	}}
	chain through_postrouting {{
		type filter hook postrouting priority 2147483645
		goto count
	}}
	chain count {{{COUNT.format(family="ip")}{COUNT.format(family="ip6")}
		drop
	}}
}}
"""


class Shot(ctypes.Structure):
    """struct shot of storm.c."""

    _fields_ = [
        ("file", ctypes.c_int),
        ("kind", ctypes.c_int),
        ("bytes", ctypes.c_char_p),
        ("length", ctypes.c_size_t),
        ("to", ctypes.c_char_p),
        ("to_length", ctypes.c_uint),
    ]


def shot_of(packet):
    data, kind = bytes.fromhex(packet["bytes"]), CLASSES.index(packet["class"])
    if "on" in packet:
        on = send.wire(packet["on"])
        frame = on.frame(data)
        return Shot(on.file, kind, frame, len(frame), None, 0)
    to = sockaddr(send.family_of(packet), *send.address_of(packet))
    return Shot(send.raw_socket(packet).fileno(), kind, data, len(data), to, len(to))


def sockaddr(family, address, port, flow=0, scope=0):
    """struct sockaddr_in, or sockaddr_in6."""
    head = struct.pack("=H", family) + struct.pack("!H", port)
    body = socket.inet_pton(family, address)
    if family == socket.AF_INET:
        return head + body + bytes(8)
    return head + struct.pack("!I", flow) + body + struct.pack("=I", scope)


def storm(packets, ready, stop, tell):
    """Sends until it is told to stop; tells how many a rule of ours has seen."""
    random.shuffle(packets)
    shots = (Shot * len(packets))(*map(shot_of, packets))
    sent = (ctypes.c_long * len(CLASSES))()
    flood = ctypes.CDLL(PROGRAM).flood
    ready.wait()
    start = time.process_time()
    failed = flood(shots, ctypes.c_size_t(len(shots)), ctypes.byref(stop), sent)
    if failed:
        sys.exit(f"a sender ended: {os.strerror(failed)}")
    tell.send((list(sent), time.process_time() - start))


def nft(*words, text=None):
    return subprocess.run(["nft", *words], input=text, encoding="utf8", check=True, capture_output=True).stdout


class Through:
    """What came through, by class."""

    def __init__(self):
        self.total = [0, 0]

    def read(self):
        """What came through since the last look."""
        listed = json.loads(nft("-j", "reset", "counters", "table", "inet", "storm"))["nftables"]
        found = {part["counter"]["name"]: part["counter"]["packets"] for part in listed if "counter" in part}
        now = [found[kind] for kind in CLASSES]
        self.total = [a + b for a, b in zip(self.total, now)]
        return dict(zip(CLASSES, now))


def load(words, moment):
    """Seconds that the loader took, nothing where it was killed. It is, with all that it runs, so many seconds after its start."""
    start = time.monotonic()
    loader = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    if moment is not None:
        try:
            loader.wait(moment)
        except subprocess.TimeoutExpired:
            os.killpg(loader.pid, signal.SIGKILL)
    said = loader.communicate()[1]
    if loader.returncode not in (0, -signal.SIGKILL):
        sys.exit(f"{words} does not load: {said.decode()}")
    return None if loader.returncode else time.monotonic() - start


def start_senders(packets, stop):
    """Processes with where they will tell what they sent; they all have begun."""
    ready, senders = Barrier(SENDERS + 1), []
    for _ in range(SENDERS):
        listen, tell = Pipe(duplex=False)
        sender = Process(target=storm, args=(packets, ready, stop, tell), daemon=True)
        sender.start()
        tell.close()
        senders.append(listen)
    ready.wait(10)
    return senders


def run(block):
    paths = {}
    for text in block["before"] + [text for step in block["steps"] for text in step["load"]]:
        if isinstance(text, str) and text not in paths:
            paths[text] = f"{FOLDER}/{len(paths)}.nft"
            with open(paths[text], "w", encoding="utf8") as file:
                file.write(text)

    def words(text):
        return ["nft", "-f", paths[text]] if isinstance(text, str) else text["run"]

    for text in block["before"]:
        load(words(text), None)
    through, still, listings, killed, usual = Through(), [], [], 0, {}
    through.read()
    through.total = [0, 0]
    stop = RawValue(ctypes.c_int, 0)
    senders = start_senders(block["packets"], stop)
    start = time.monotonic()
    for number in range(block["rounds"]):
        # Spread over all of the time that the first load took: early ones do not miss it, late ones meet the transaction.
        part = (number - random.random()) / block["rounds"]
        for step in block["steps"]:
            for text in step["load"]:
                name = str(text)
                took = load(words(text), part * usual[name] if step.get("kill") and number else None)
                killed += took is None
                usual.setdefault(name, took)
            if step.get("still"):
                time.sleep(0.01)  # a packet of before may still be on its way
                through.read()
                time.sleep(0.02)
                still.append(through.read())
            if step.get("list"):
                listings.append(nft("-j", "-p", "list", "ruleset"))
    seconds = time.monotonic() - start
    stop.value = 1
    told = [sender.recv() for sender in senders]
    through.read()
    offered = [sum(column) for column in zip(*(sent for sent, _ in told))]
    return {
        "offered": dict(zip(CLASSES, offered)),
        "through": dict(zip(CLASSES, through.total)),
        "still": still,
        "listings": listings,
        "killed": killed,
        "seconds": seconds,
        "processor": sum(used for _, used in told),
    }


def main():
    plan = json.load(sys.stdin)
    os.mkdir(FOLDER)
    with open(PROGRAM, "wb") as file:
        file.write(base64.b64decode(plan["sender"]))
    for device in plan["open"]:
        send.wire(device)
    nft("-f", "-", text=TABLE)
    json.dump([run(block) for block in plan["blocks"]], sys.stdout)


main()
