"""A neighbour that does one kind of harm as hard as it can, until it is stopped.

    attack.py cpu|fork|memory|disk|inodes|log|connections

Every attack goes on after an error: what the kernel refuses is asked for again. Connections go to the
host's end of the bridge, to 198.51.100.0/24, which the benchmark sends nowhere, and to itself.
"""

import itertools
import os
import signal
import socket
import sys


def forever(work) -> None:
    while True:
        try:
            work()
        except (OSError, MemoryError):
            pass


def beside(*works) -> None:
    """Each work in a process of its own; one that is killed is started again."""
    running = {}
    while True:
        for work in works:
            if work not in running.values():
                try:
                    child = os.fork()
                except OSError:
                    continue
                if child == 0:
                    forever(work)
                running[child] = work
        try:
            child, _ = os.wait()
            running.pop(child, None)
        except ChildProcessError:  # not one could be started
            pass


def spin() -> None:
    for _ in itertools.count():
        pass


def cpu() -> None:
    beside(*[lambda: spin() for _ in range(os.cpu_count() or 1)])


def fork() -> None:
    forever(os.fork)


def anonymous() -> None:
    held = []
    while True:
        held.append(bytearray(b"x") * (1 << 20))


def shared() -> None:
    fill("/dev/shm/filler")


def page_cache() -> None:
    fill("/tmp/filler", blocks=400)
    with open("/tmp/filler", "rb") as file:
        while file.read(1 << 20):
            pass


def memory() -> None:
    beside(anonymous, shared, page_cache)


def fill(path: str, blocks: int = 1 << 40) -> None:
    """Writes until there is no room, and makes room again."""
    block = os.urandom(1 << 20)
    try:
        with open(path, "wb", buffering=0) as file:
            for _ in range(blocks):
                file.write(block)
    finally:
        if blocks == 1 << 40:
            os.unlink(path)


def disk() -> None:
    beside(lambda: fill("/tmp/one"), lambda: fill("/tmp/two"))


def inodes() -> None:
    def many() -> None:
        made = []
        try:
            for number in itertools.count():
                path = f"/tmp/inode-{number}"
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
                made.append(path)
        finally:
            for path in made:
                os.unlink(path)

    forever(many)


def log() -> None:
    line = (b"x" * 1023 + b"\n") * 64
    beside(lambda: os.write(1, line), lambda: os.write(2, line))


def connections() -> None:
    own = socket.create_server(("0.0.0.0", 9999), backlog=4096)
    gateway = default_gateway()

    def attempt(address: str, port: int) -> None:
        with socket.socket() as flood:
            flood.setblocking(False)
            flood.connect_ex((address, port))

    def host() -> None:
        for port in range(1, 65536):
            attempt(gateway, port)

    def nowhere() -> None:
        for number in range(1, 255):
            for port in range(1, 200):
                attempt(f"198.51.100.{number}", port)

    def datagrams() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as flood:
            flood.setblocking(False)
            for number in itertools.count():
                flood.sendto(b"x" * 64, (f"198.51.100.{number % 254 + 1}", number % 65535 + 1))

    def itself() -> None:
        held = []
        while True:
            held.append(socket.create_connection(("127.0.0.1", own.getsockname()[1]), timeout=1))
            if len(held) == 500:
                held.clear()

    beside(host, nowhere, datagrams, itself)


def default_gateway() -> str:
    with open("/proc/net/route") as routes:
        for route in routes.readlines()[1:]:
            words = route.split()
            if words[1] == "00000000":
                return socket.inet_ntoa(int(words[2], 16).to_bytes(4, "little"))
    return "127.0.0.1"


# The first process of a container ignores what it does not handle; its end is everybody's.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
globals()[sys.argv[1]]()
