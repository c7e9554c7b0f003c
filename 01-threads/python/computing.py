"""Computing in Python, by two threads or by two processes, and recorded.

    python3 01-threads/python/computing.py threads
    python3 01-threads/python/computing.py processes

Two workers share what one thread does in a quarter of a second. How long do
they take? If `LAB_RECORDING` names a file, what each of them did is written
there, in the form of the recordings in Rust.
"""

import os
import sys
import time
from multiprocessing import get_context
from threading import Thread

WORKERS = 2
ALONE = 0.25
# So short that it is nearly always seen where a thread has to stand still.
ROUNDS = 1_000


def compute(rounds):
    total = 0
    for n in range(rounds):
        total += n * n


def count_pieces():
    """How many times a thread alone computes so much in that time."""
    start, pieces = time.thread_time(), 0
    while time.thread_time() - start < ALONE:
        compute(ROUNDS)
        pieces += 1
    return pieces


def work(kind, number, began, pieces):
    """Computes, and keeps what there is to record until it has ended."""
    lane = 1 + number
    now = lambda: (time.monotonic_ns(), os.getpid(), lane, lane,
                   time.thread_time_ns())
    # It was made before it could say so.
    lines = [(began, *now()[1:], f"spawn thread - {kind} {number}")]
    for _ in range(pieces):
        lines.append((*now(), "run"))
        compute(ROUNDS)
    lines.append((*now(), "done"))
    path = os.environ.get("LAB_RECORDING")
    if path:
        with open(path, "a") as file:
            file.write("".join(" ".join(map(str, it)) + "\n" for it in lines))


def main():
    start_one = {
        "threads": Thread,
        "processes": get_context("fork").Process,
    }[sys.argv[1]]
    kind = {"threads": "thread", "processes": "process"}[sys.argv[1]]
    pieces = count_pieces() // WORKERS
    start, workers = time.perf_counter(), []
    for number in range(1, WORKERS + 1):
        began = time.monotonic_ns()
        arguments = (kind, number, began, pieces)
        workers.append(start_one(target=work, args=arguments))
        workers[-1].start()
    for worker in workers:
        worker.join()
    elapsed = (time.perf_counter() - start) * 1000
    print(f"{WORKERS} {sys.argv[1]}: {elapsed:.0f} ms, "
          f"one alone {ALONE * 1000:.0f} ms")


main()
