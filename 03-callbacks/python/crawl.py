"""Rung 3 in Python: one thread, and a loop that calls back.

    python3 03-callbacks/python/crawl.py http://127.0.0.1:PORT/ [AT-ONCE]

The address is what `cargo run -p lab --bin 0-1-meet-the-slow-site` prints.
"""

import http.client
import selectors
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.append(str(Path(__file__).parents[2] / "00-lab" / "python"))
from lab import MOST_BODY, MOST_HEADER, TIMEOUT, Frontier, parse, request  # noqa: E402


class Fetch:
    """A page under way: what a thread would have on its stack."""

    def __init__(self, selector, url, then):
        self.selector, self.url, self.then = selector, url, then
        self.due, self.received = time.monotonic() + TIMEOUT, bytearray()
        self.socket = None

    def connect(self):
        where = urlsplit(self.url)
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.selector.register(self.socket, selectors.EVENT_WRITE, (self, self.send))
        self.socket.connect_ex((where.hostname, where.port or 80))

    def send(self):
        # A new connection has room for so few bytes.
        self.socket.sendall(request(self.url))
        self.selector.modify(self.socket, selectors.EVENT_READ, (self, self.receive))

    def receive(self):
        piece = self.socket.recv(2**16)
        self.received += piece
        if not piece or len(self.received) > MOST_HEADER + MOST_BODY:
            self.end(parse(self.url, self.received))

    def end(self, fetched):
        if self.socket is not None:
            self.selector.unregister(self.socket)
            self.socket.close()
        self.then(self, fetched)


def crawl(frontier, at_once):
    selector = selectors.DefaultSelector()
    under_way = {}  # in the order in which they began, and so are due

    def fetch_more():
        while len(under_way) < at_once and (url := frontier.next()) is not None:
            fetch = Fetch(selector, url, done)
            under_way[fetch] = url
            call(fetch, fetch.connect)

    def done(fetch, fetched):
        frontier.done(under_way.pop(fetch), fetched)

    def call(fetch, callback):
        try:
            callback()
        except BlockingIOError:
            pass  # It was not ready after all, and is still waited for.
        except (OSError, http.client.HTTPException) as why:
            fetch.end(why)

    fetch_more()
    while under_way:
        left = next(iter(under_way)).due - time.monotonic()
        for ready, _ in selector.select(max(left, 0)):
            call(*ready.data)
        while under_way and (first := next(iter(under_way))).due <= time.monotonic():
            first.end(TimeoutError("timed out"))
        fetch_more()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python3 crawl.py http://127.0.0.1:PORT/ [AT-ONCE]")
    frontier = Frontier(sys.argv[1])
    crawl(frontier, int(sys.argv[2]) if len(sys.argv) == 3 else 8)
    frontier.report()


if __name__ == "__main__":
    main()
