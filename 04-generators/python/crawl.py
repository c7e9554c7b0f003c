"""Rung 4 in Python: generators, and a trampoline that resumes them.

    python3 04-generators/python/crawl.py http://127.0.0.1:PORT/ [AT-ONCE]

The address is what `cargo run -p lab --bin 0-1-meet-the-slow-site` prints.
"""

import http.client
import socket
import sys
import time
from collections import deque
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from urllib.parse import urlsplit

sys.path.append(str(Path(__file__).parents[2] / "00-lab" / "python"))
from lab import MOST_BODY, MOST_HEADER, TIMEOUT, Frontier, parse, request  # noqa: E402


class Trampoline:
    """Resumes each generator when what it has asked for is there."""

    def __init__(self):
        self.selector, self.ready = DefaultSelector(), deque()

    def spawn(self, task):
        self.ready.append((task, task.send, None))

    def run(self):
        while self.ready or self.selector.get_map():
            while self.ready:
                task, resume, value = self.ready.popleft()
                try:
                    connection, event, due = resume(value)
                except StopIteration:
                    continue  # It has come to its end.
                self.selector.register(connection, event, (task, due))
            self.wait()

    def wait(self):
        waiting = self.selector.get_map().values()
        left = min((key.data[1] for key in waiting), default=0) - time.monotonic()
        for key, _ in self.selector.select(max(left, 0)):
            self.wake(key, key.data[0].send, None)
        for key in list(waiting):
            if key.data[1] <= time.monotonic():
                self.wake(key, key.data[0].throw, TimeoutError("timed out"))

    def wake(self, key, resume, value):
        self.selector.unregister(key.fileobj)
        self.ready.append((key.data[0], resume, value))


def fetch(url):
    """Rung 0's fetch: `yield from` stands where it waits."""
    where, due = urlsplit(url), time.monotonic() + TIMEOUT
    with socket.socket() as connection:
        connection.setblocking(False)
        connection.connect_ex((where.hostname, where.port or 80))
        yield connection, EVENT_WRITE, due
        # A new connection has room for so few bytes.
        connection.sendall(request(url))
        received = bytearray()
        while piece := (yield from receive(connection, due)):
            received += piece
            if len(received) > MOST_HEADER + MOST_BODY:
                break
        return parse(url, received)


def receive(connection, due):
    """Pauses two calls deep: all on the way have to be generators."""
    while True:
        yield connection, EVENT_READ, due
        try:
            return connection.recv(2**16)
        except BlockingIOError:
            pass  # It was not ready after all.


def crawl(frontier, at_once):
    def fetch_more():
        while frontier.under_way < at_once and (url := frontier.next()) is not None:
            trampoline.spawn(page(url))

    def page(url):
        try:
            fetched = yield from fetch(url)
        except (OSError, http.client.HTTPException) as why:
            fetched = why
        frontier.done(url, fetched)
        fetch_more()

    trampoline = Trampoline()
    fetch_more()
    trampoline.run()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python3 crawl.py http://127.0.0.1:PORT/ [AT-ONCE]")
    frontier = Frontier(sys.argv[1])
    crawl(frontier, int(sys.argv[2]) if len(sys.argv) == 3 else 8)
    frontier.report()


if __name__ == "__main__":
    main()
