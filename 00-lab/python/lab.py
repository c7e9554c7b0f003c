"""What every Python twin stands on: fetch a page, know what is done, report.

The same decisions as in the Rust lab: one connection a request, a redirect is
a page whose only link is its target, status 400 and above is a failure.
"""

import hashlib
import http.client
import io
import json
import os
import re
import sys
import time
from html.parser import HTMLParser
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

# Seconds, for each read: Python's sockets have no deadline.
TIMEOUT = float(os.environ.get("TIMEOUT", 2))
MOST_BODY = 2**24
MOST_HEADER = 2**16


def path_of(url):
    """The URL without its origin."""
    parts = urlsplit(url)
    return (parts.path or "/") + ("?" + parts.query if parts.query else "")


def fetch(url):
    """The body of a page, and the pages on the same site that it links to."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT)
    try:
        connection.request("GET", path_of(url), headers={"Connection": "close"})
        return page_of(url, connection.getresponse())
    finally:
        connection.close()


def request(url):
    """The bytes that ask for a page, and for the end of the connection after it."""
    host = urlsplit(url).netloc
    return (f"GET {path_of(url)} HTTP/1.1\r\nHost: {host}\r\n"
            "Accept-Encoding: identity\r\nConnection: close\r\n\r\n").encode()


def parse(url, received):
    """The same as `fetch`, from the bytes of a whole answer."""
    class Received:
        def makefile(self, _mode):
            return io.BytesIO(received)

    if not received:
        raise http.client.RemoteDisconnected("no answer")
    answer = http.client.HTTPResponse(Received(), method="GET")
    answer.begin()
    return page_of(url, answer)


def page_of(url, answer):
    if answer.status >= 400:
        raise http.client.HTTPException(f"status {answer.status}")
    body = answer.read(MOST_BODY + 1)
    coding = answer.getheader("Content-Encoding", "")
    if body and coding not in ("", "identity"):
        raise http.client.HTTPException(f'content coding "{coding}" is not supported')
    if len(body) > MOST_BODY:
        raise http.client.HTTPException("body over 16 MiB")
    work(body, int(answer.getheader("Work", 0)))
    return body, links_of(url, answer, body)


def work(body, rounds):
    """The computing that a page asks for."""
    digest = b""
    for _ in range(rounds):
        digest = hashlib.sha1(digest + body).digest()


def links_of(url, answer, body):
    # If there are several types, the last counts.
    media, *parameters = (answer.headers.get_all("Content-Type") or [""])[-1].split(";")
    charset, base = "utf-8", url
    if 300 <= answer.status < 400:
        found = [answer.getheader("Location") or url]
    elif media.strip().lower() == "text/html" or "/" not in media and begins_with_tag(body):
        charset = charset_of(body, ";".join(parameters))
        try:
            text = body.decode(charset, errors="replace").removeprefix("\ufeff")
        except (LookupError, ValueError):
            why = f'charset "{charset}" is not supported'
            raise http.client.HTTPException(why) from None
        parser = Links(url)
        parser.feed(text)
        base, found = parser.base, parser.hrefs
    else:
        found = []
    absolute = (resolve(base, link, charset) for link in found)
    return {link for link in absolute if link and same_site(link, url)}


def begins_with_tag(body):
    """True if a tag follows the byte-order mark and white space. If the header names
    no media type, such a page is HTML."""
    return body.lstrip(b"\xef\xbb\xbf\xfe\xff\0 \t\r\n\f").startswith(b"<")


def charset_of(body, parameters):
    """The charset that the byte-order mark names, or the header, or the page."""
    for mark, charset in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"),
                          (b"\xfe\xff", "utf-16-be")):
        if body.startswith(mark):
            return charset
    name = re.compile(r"""charset\s*=\s*["']?\s*([^\s"'/>;]+)""", re.IGNORECASE)
    found = name.search(parameters)
    if not found:
        tags = re.findall(r"<meta\s[^>]*>", body[:1024].decode("latin-1"), re.IGNORECASE)
        found = next(filter(None, map(name.search, tags)), None)
    if not found:
        try:
            body.decode()
            return "utf-8"
        except UnicodeDecodeError:
            return "cp1252"
    # Browsers read these names as names of larger charsets.
    charset = found[1].lower()
    return {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252",
            "utf-16": "utf-16-le"}.get(charset, charset)


def resolve(base, href, charset):
    """The URL that a link stands for: its path in UTF-8, its query in the page's
    charset, without a user and without a fragment; None if that is no URL."""
    try:
        scheme, netloc, path, query, _ = urlsplit(urljoin(base, href))
    except ValueError:
        return None
    if charset.startswith("utf-16"):
        charset = "utf-8"
    path = quote(path, safe="!$%&'()*+,-./:;=@[]^_|~") or "/"
    query = quote(query, "!$%&()*+,-./:;=?@[]^_`{|}~", charset, "xmlcharrefreplace")
    return urlunsplit((scheme, netloc.rpartition("@")[2].lower(), path, query, ""))


def same_site(link, url):
    ours, other = urlsplit(url), urlsplit(link)
    try:
        return ((ours.scheme, ours.hostname, ours.port or 80)
                == (other.scheme, other.hostname, other.port or 80))
    except ValueError:
        return False


class Links(HTMLParser):
    """Collects the `href` of every `<a>`, and the page's base."""

    def __init__(self, url):
        super().__init__()
        self.url, self.base, self.hrefs = url, url, []

    def handle_starttag(self, tag, attrs):
        # The first attribute of a name counts, and the first base.
        href = dict(reversed(attrs)).get("href")
        if tag == "a" and href is not None:
            self.hrefs.append(href.strip())
        elif tag == "base" and href is not None and self.base == self.url:
            self.base = urljoin(self.url, href)


class Frontier:
    """Which pages are known, which wait to be fetched, and which are done."""

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
