"""What a browser fetches for the first view of an attempt."""

from __future__ import annotations

import argparse
import gzip
import re
from urllib.parse import urljoin

from tests.benchmarks import site
from tests.benchmarks.browser import Browser
from tests.benchmarks.work import Facts, quiz_of_ten


def measure_weight(facts: Facts, options: argparse.Namespace) -> None:
    """Bytes and requests of the first view of an attempt with an empty cache."""
    quiz, server = quiz_of_ten("one"), site.Server().start()
    (_user, session), *_rest = site.people(1)
    browser = Browser(server.port, session)
    page = f"/attempts/{browser.start(quiz.slug)}/questions/1/"
    seen: dict[str, int] = {}
    fetch(browser, page, seen)
    facts["first_view_requests"], facts["first_view_bytes"] = len(seen), sum(seen.values())
    facts["first_view_largest"] = sorted(seen.items(), key=lambda item: -item[1])[:4]
    server.stop()


def fetch(browser: Browser, path: str, seen: dict[str, int]) -> None:
    """A page or asset and what it names; sizes as sent."""
    if path in seen:
        return
    status, headers, body = browser.get(path)
    if status != 200:
        return
    seen[path] = len(body) + sum(len(name) + len(value) + 4 for name, value in headers.items())
    encoding = headers.get("Content-Encoding", "")
    if encoding == "br":  # read it again in a form that needs no library
        body = browser.request("GET", path, **{"Accept-Encoding": "identity"})[2]
    text = (gzip.decompress(body) if encoding == "gzip" else body).decode("utf-8", "replace")
    kind = headers.get("Content-Type", "")
    if "html" in kind:
        found = re.findall(r'<(?:script|img)[^>]* src="([^"]+)"|<link[^>]* href="([^"]+)"', text)
        named = [first or second for first, second in found]
        named += re.findall(
            r'"(/static/[^"]+\.js)"', "".join(re.findall(r'<script type="importmap">.*?</script>', text, re.S))
        )
    elif "javascript" in kind:
        named = re.findall(r'(?:from|import)\s*"(\.[^"]+)"', text)
    elif "css" in kind:
        named = []  # fonts and pictures of style sheets are fetched when they are used
    else:
        named = []
    for name in named:
        if not name.startswith(("http:", "https:", "data:", "#")):
            fetch(browser, urljoin(path, name), seen)
