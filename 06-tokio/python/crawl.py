"""Rung 6 in Python: asyncio, with a task for each page.

    python3 06-tokio/python/crawl.py http://127.0.0.1:PORT/ [AT-ONCE]

The address is what `cargo run -p lab --bin 0-1-meet-the-slow-site` prints. It
needs Python 3.11, which brought `TaskGroup` and `timeout`.
"""

import asyncio
import http.client
import sys
from pathlib import Path
from urllib.parse import urlsplit

sys.path.append(str(Path(__file__).parents[2] / "00-lab" / "python"))
from lab import MOST_BODY, MOST_HEADER, TIMEOUT, Frontier, parse, request  # noqa: E402


async def fetch(url):
    """Rung 0's fetch: `await` stands where it waits."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port or 80)
    try:
        writer.write(request(url))
        received = bytearray()
        while piece := await reader.read(2**16):
            received += piece
            if len(received) > MOST_HEADER + MOST_BODY:
                break
        return parse(url, received)
    finally:
        writer.close()


async def crawl(frontier, at_once):
    async def visit(url):
        async with permits:
            try:
                async with asyncio.timeout(TIMEOUT):
                    fetched = await fetch(url)
            except (OSError, http.client.HTTPException) as why:
                fetched = why
        frontier.done(url, fetched)
        visit_all()

    def visit_all():
        while (url := frontier.next()) is not None:
            pages.create_task(visit(url))

    permits = asyncio.Semaphore(at_once)
    async with asyncio.TaskGroup() as pages:
        visit_all()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python3 crawl.py http://127.0.0.1:PORT/ [AT-ONCE]")
    if sys.version_info < (3, 11):
        sys.exit("crawl.py: this Python has no TaskGroup; use 3.11 or later")
    frontier = Frontier(sys.argv[1])
    asyncio.run(crawl(frontier, int(sys.argv[2]) if len(sys.argv) == 3 else 8))
    frontier.report()


if __name__ == "__main__":
    main()
