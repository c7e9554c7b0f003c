"""Rung 1 in Python: as many threads as may wait at once.

    python3 01-threads/python/crawl.py http://127.0.0.1:PORT/ [THREADS]

The address is what `cargo run -p lab --bin 0-1-meet-the-slow-site` prints.
"""

import http.client
import sys
import threading
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "00-lab" / "python"))
from lab import Frontier, fetch  # noqa: E402


def worker(frontier, changed):
    """Takes pages from the frontier until the crawl is over."""
    with changed:
        while not frontier.finished():
            if (url := frontier.next()) is None:
                changed.wait()
                continue
            changed.release()
            try:
                fetched = fetch(url)
            except (OSError, http.client.HTTPException) as why:
                fetched = why
            changed.acquire()
            frontier.done(url, fetched)
            changed.notify_all()


def crawl(frontier, at_once):
    changed = threading.Condition()
    threads = [threading.Thread(target=worker, args=(frontier, changed))
               for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python3 crawl.py http://127.0.0.1:PORT/ [THREADS]")
    frontier = Frontier(sys.argv[1])
    crawl(frontier, int(sys.argv[2]) if len(sys.argv) == 3 else 8)
    frontier.report()


if __name__ == "__main__":
    main()
