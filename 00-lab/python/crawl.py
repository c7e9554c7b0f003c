"""Rung 0 in Python: one page at a time.

    python3 00-lab/python/crawl.py http://127.0.0.1:PORT/

The address is what `cargo run -p lab --bin 0-1-meet-the-slow-site` prints.
"""

import http.client
import sys

from lab import Frontier, fetch


def crawl(frontier):
    while (url := frontier.next()) is not None:
        try:
            frontier.done(url, fetch(url))
        except (OSError, http.client.HTTPException) as why:
            frontier.done(url, why)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: python3 crawl.py http://127.0.0.1:PORT/")
    frontier = Frontier(sys.argv[1])
    crawl(frontier)
    frontier.report()


if __name__ == "__main__":
    main()
