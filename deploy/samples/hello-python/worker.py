"""The worker process of the sample app: prints a line every few seconds until it is told to stop."""

import os
import signal
import threading


def main() -> None:
    told_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda signal_number, frame: told_to_stop.set())
    signal.signal(signal.SIGINT, lambda signal_number, frame: told_to_stop.set())
    instance = os.environ.get("BERTH_INSTANCE", "worker")
    rounds = 0
    while not told_to_stop.wait(timeout=3 if rounds else 0):
        rounds += 1
        print(f"{instance} has finished round {rounds}", flush=True)
    print(f"{instance} stops after round {rounds}", flush=True)


if __name__ == "__main__":
    main()
