"""Rung 2 in Python: as many worker processes as may wait at once.

    python3 02-processes/python/crawl.py http://127.0.0.1:PORT/ [PROCESSES]

The address is what `cargo run -p lab --bin 0-1-meet-the-slow-site` prints.
"""

import http.client
import multiprocessing
import sys
from multiprocessing.connection import wait
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "00-lab" / "python"))
from lab import Frontier, fetch  # noqa: E402


def worker(pipe):
    """Fetches the pages that it is sent, until there are no more."""
    while (url := pipe.recv()) is not None:
        try:
            pipe.send(fetch(url))
        except (OSError, http.client.HTTPException) as why:
            pipe.send(why)


def crawl(frontier, at_once):
    idle, busy, workers = [], {}, []
    for _ in range(at_once):
        ours, theirs = multiprocessing.Pipe()
        # Daemons end with this process, however it ends but by a kill.
        workers.append(multiprocessing.Process(
            target=worker, args=(theirs,), daemon=True))
        workers[-1].start()
        # Or its end would never come, since we had a copy of it.
        theirs.close()
        idle.append(ours)
    while not frontier.finished():
        while idle and (url := frontier.next()) is not None:
            idle[-1].send(url)
            busy[idle.pop()] = url
        for pipe in wait(busy):
            frontier.done(busy.pop(pipe), pipe.recv())
            idle.append(pipe)
    for pipe in idle:
        pipe.send(None)
    for process in workers:
        process.join()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python3 crawl.py http://127.0.0.1:PORT/ [PROCESSES]")
    frontier = Frontier(sys.argv[1])
    crawl(frontier, int(sys.argv[2]) if len(sys.argv) == 3 else 8)
    frontier.report()


if __name__ == "__main__":
    main()
