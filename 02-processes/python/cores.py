"""Computing in Python: four threads share one core, four processes do not.

    python3 02-processes/python/cores.py

One thread computes once; then four threads and four processes compute once
each, at the same time. How many cores are busy is the CPU time over the time.
"""

import os
import resource
import sys
import time
from multiprocessing import Process
from threading import Thread


def compute():
    total = 0
    for n in range(3_000_000):
        total += n * n


def cpu_time():
    """Of this process, and of its children that have ended."""
    used = map(resource.getrusage,
               (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(it.ru_utime + it.ru_stime for it in used)


def measure(kind, count):
    workers = [kind(target=compute) for _ in range(count)]
    start, cpu = time.perf_counter(), cpu_time()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    elapsed = time.perf_counter() - start
    busy = (cpu_time() - cpu) / elapsed
    return f"{elapsed * 1000:.0f} ms, cores busy: {busy:.1f}"


def main():
    name, version = sys.implementation.name, sys.version.split()[0]
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    print(f"{name} {version}, {'with' if has_gil else 'without'} a GIL, "
          f"{os.cpu_count()} cores")
    print(f"one thread: {measure(Thread, 1)}")
    print(f"four threads: {measure(Thread, 4)}")
    print(f"four processes: {measure(Process, 4)}")


# A child may start by reading this file once more.
if __name__ == "__main__":
    main()
