"""What every Python twin stands on: fetch a page, know what is done, report.

The same decisions as in the Rust lab: one connection a request, a redirect is
a page whose only link is its target, status 400 and above is a failure.
"""

import hashlib
import http.client
import json
import sys
import time
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

TIMEOUT = 2  # seconds of silence; Python's sockets know no deadline


def path_of(url):
    """The URL without its origin."""
    parts = urlsplit(url)
    return (parts.path or "/") + ("?" + parts.query if parts.query else "")


def fetch(url):
    """The body of a page, and the pages on the same site that it links to."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT)
    try:
        connection.request("GET", path_of(url), headers={"Connection": "close"})
        answer = connection.getresponse()
        if answer.status >= 400:
            raise http.client.HTTPException(f"status {answer.status}")
        body = answer.read(2**24 + 1)
        if len(body) > 2**24:
            raise http.client.HTTPException("body over 16 MiB")
        work(body, int(answer.getheader("Work", 0)))
        return body, links_of(url, answer, body)
    finally:
        connection.close()


def work(body, rounds):
    """The computing that a page asks for."""
    digest = b""
    for _ in range(rounds):
        digest = hashlib.sha1(digest + body).digest()


def links_of(url, answer, body):
    if 300 <= answer.status < 400:
        found = [answer.getheader("Location") or url]
    elif answer.headers.get_content_type() == "text/html":
        parser = Links(url)
        parser.feed(body.decode(errors="replace"))
        found = [urljoin(parser.base, href) for href in parser.hrefs]
    else:
        found = []
    absolute = (urldefrag(urljoin(url, link)).url for link in found)
    return {link for link in absolute if same_site(link, url)}


def same_site(link, url):
    ours, other = urlsplit(url), urlsplit(link)
    return (ours.scheme, ours.netloc) == (other.scheme, other.netloc)


class Links(HTMLParser):
    """Collects the `href` of every `<a>`, and the page's base."""

    def __init__(self, url):
        super().__init__()
        self.url, self.base, self.hrefs = url, url, []

    def handle_starttag(self, tag, attrs):
        # Of two attributes of one name, and of two bases, the first counts.
        href = dict(reversed(attrs)).get("href")
        if tag == "a" and href is not None:
            self.hrefs.append(href.strip())
        elif tag == "base" and href is not None and self.base == self.url:
            self.base = urljoin(self.url, href)


class Frontier:
    """Which pages are known, which wait to be fetched, and what became of them."""

    def __init__(self, start):
        self.seen, self.queue, self.under_way = {start}, [start], 0
        self.pages, self.failed, self.start = {}, {}, time.monotonic()

    def next(self):
        if not self.queue:
            return None
        self.under_way += 1
        return self.queue.pop(0)

    def done(self, url, fetched):
        self.under_way -= 1
        if isinstance(fetched, Exception):
            self.failed[url] = fetched
            return
        body, links = fetched
        self.pages[path_of(url)] = body
        self.queue += sorted(links - self.seen)
        self.seen |= links

    def finished(self):
        return not self.queue and self.under_way == 0

    def report(self):
        sums = ((path, hashlib.sha1(body).hexdigest()) for path, body in self.pages.items())
        listed = "".join(f"{path}\n{digest}\n" for path, digest in sorted(sums))
        json.dump({
            "pages": len(self.pages),
            "failed": [{"url": u, "why": str(why) or type(why).__name__}
                       for u, why in sorted(self.failed.items())],
            "bytes": sum(map(len, self.pages.values())),
            "checksum": hashlib.sha1(listed.encode()).hexdigest(),
            "elapsed_ms": round((time.monotonic() - self.start) * 1000, 1),
        }, sys.stdout)
        print()
