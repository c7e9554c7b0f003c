"""The same crawl in Python with greenlets, if they are installed.

    python3 04-generators/python/greenlets.py http://127.0.0.1:PORT/ [AT-ONCE]

`fetch` is rung 0's, as it is. It calls Python's `http.client`, which calls a
socket, and only the socket is another one: it pauses, and nobody on the way
knows. This is how gevent makes old code cooperate.
"""

import http.client
import os
import socket
import sys
import time
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector

from greenlet import getcurrent, greenlet

sys.path.append(str(Path(__file__).parents[2] / "00-lab" / "python"))
from lab import TIMEOUT, Frontier, fetch  # noqa: E402

selector = DefaultSelector()
hub = getcurrent()


def wait(connection, event):
    """Lets others run until the socket is ready, or `TIMEOUT` has passed."""
    due = time.monotonic() + TIMEOUT
    selector.register(connection, event, (getcurrent(), due))
    try:
        hub.switch()
    finally:
        selector.unregister(connection)


def resume_ready():
    """Waits for the sockets, and resumes those whose socket is ready."""
    waiting = selector.get_map().values()
    left = min((key.data[1] for key in waiting), default=0) - time.monotonic()
    for key, _ in selector.select(max(left, 0)):
        key.data[0].switch()
    for key in list(waiting):
        if key.data[1] <= time.monotonic():
            key.data[0].throw(TimeoutError("timed out"))


class Socket(socket.socket):
    def recv_into(self, *args):
        while True:
            wait(self, EVENT_READ)
            try:
                return super().recv_into(*args)
            except BlockingIOError:
                pass  # It was not ready after all.


def create_connection(address, *_):
    connection = Socket()
    connection.setblocking(False)
    connection.connect_ex(address)
    wait(connection, EVENT_WRITE)
    if error := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(error, os.strerror(error))
    return connection


def page(frontier, url):
    try:
        fetched = fetch(url)
    except (OSError, http.client.HTTPException) as why:
        fetched = why
    frontier.done(url, fetched)


def crawl(frontier, at_once):
    socket.create_connection = create_connection  # for all that use it
    while not frontier.finished():
        while frontier.under_way < at_once and (url := frontier.next()) is not None:
            greenlet(page).switch(frontier, url)
        resume_ready()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python3 greenlets.py http://127.0.0.1:PORT/ [AT-ONCE]")
    frontier = Frontier(sys.argv[1])
    crawl(frontier, int(sys.argv[2]) if len(sys.argv) == 3 else 8)
    frontier.report()


if __name__ == "__main__":
    main()
