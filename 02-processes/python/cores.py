"""Computing in Python: four threads share one core, four processes do not.

    python3 02-processes/python/cores.py

One thread computes once; then four threads and four processes compute once
each, at the same time. It takes as long if there are cores for all of them, and
four times as long if they take turns.
"""

import os
import sys
import time
from multiprocessing import Process
from threading import Thread


def compute():
    total = 0
    for n in range(3_000_000):
        total += n * n


def timed(kind, count):
    workers = [kind(target=compute) for _ in range(count)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - start


def main():
    name, version = sys.implementation.name, sys.version.split()[0]
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    print(f"{name} {version}, {'with' if has_gil else 'without'} a GIL, "
          f"{os.cpu_count()} cores")
    one = timed(Thread, 1)
    print(f"one thread: {one * 1000:.0f} ms")
    for what, kind in ("threads", Thread), ("processes", Process):
        four = timed(kind, 4)
        print(f"four {what}: {four * 1000:.0f} ms, ratio {four / one:.1f}")


# A child may start by reading this file once more.
if __name__ == "__main__":
    main()
