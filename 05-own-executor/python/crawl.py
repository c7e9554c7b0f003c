"""Rung 5 in Python: tasks, on an event loop of our own.

    python3 05-own-executor/python/crawl.py http://127.0.0.1:PORT/ [AT-ONCE]

The address is what `cargo run -p lab --bin 0-1-meet-the-slow-site` prints. It
also runs on Python's own loop: write `import asyncio` for the import of `loop`.
"""

import http.client
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

sys.path.append(str(Path(__file__).parents[2] / "00-lab" / "python"))
import loop as asyncio  # noqa: E402
from lab import MOST_BODY, MOST_HEADER, TIMEOUT, Frontier, parse, request  # noqa: E402


async def fetch(url):
    """Rung 0's fetch: `await` stands where it waits."""
    where, loop = urlsplit(url), asyncio.get_running_loop()
    with socket.socket() as connection:
        connection.setblocking(False)
        await loop.sock_connect(connection, (where.hostname, where.port or 80))
        # A new connection has room for so few bytes.
        connection.sendall(request(url))
        received = bytearray()
        while piece := await loop.sock_recv(connection, 2**16):
            received += piece
            if len(received) > MOST_HEADER + MOST_BODY:
                break
        return parse(url, received)


async def crawl(frontier, at_once):
    async def page(url):
        try:
            fetched = await asyncio.wait_for(fetch(url), TIMEOUT)
        except (OSError, http.client.HTTPException) as why:
            fetched = why
        frontier.done(url, fetched)
        fetch_more()

    def fetch_more():
        while frontier.under_way < at_once and (url := frontier.next()) is not None:
            under_way.append(asyncio.create_task(page(url)))

    under_way = []
    fetch_more()
    for task in under_way:  # It grows while we wait.
        await task


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python3 crawl.py http://127.0.0.1:PORT/ [AT-ONCE]")
    frontier = Frontier(sys.argv[1])
    asyncio.run(crawl(frontier, int(sys.argv[2]) if len(sys.argv) == 3 else 8))
    frontier.report()


if __name__ == "__main__":
    main()
