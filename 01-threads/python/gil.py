"""The GIL: in CPython, one thread at a time executes Python code.

    python3 01-threads/python/gil.py

Each job is done once by one thread, then four times by four threads at once. It
takes as long if they overlap, and four times as long if they take turns.
"""

import hashlib
import sys
import time
from threading import Thread


def wait():
    time.sleep(0.2)


def compute():
    total = 0
    for n in range(3_000_000):
        total += n * n


def digest():
    # One call, in C, that needs no Python object meanwhile.
    hashlib.sha1(bytes(200_000_000)).digest()


def timed(job, count):
    threads = [Thread(target=job) for _ in range(count)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


name, version = sys.implementation.name, sys.version.split()[0]
has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
print(f"{name} {version}, {'with' if has_gil else 'without'} a GIL")
for job in wait, compute, digest:
    one, four = timed(job, 1), timed(job, 4)
    times = f"{one * 1000:.0f} ms, by four {four * 1000:.0f} ms"
    print(f"{job.__name__}: by one thread {times}, ratio {four / one:.1f}")
