"""The fields of the forms on a page, as a browser would send them."""

from __future__ import annotations

from html.parser import HTMLParser


class Fields(HTMLParser):
    """Collects (name, value) of every field of a page, buttons too."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.select = self.textarea = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag in ("input", "button", "textarea") and name:
            self.found.append((name, given.get("value", "")))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            self.found.append((self.select, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
