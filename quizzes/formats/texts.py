"""Texts of other systems as our Markdown, and ours as theirs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from html import unescape
from html.parser import HTMLParser

import nh3
from django.utils.translation import gettext_lazy as _
from markdownify import MarkdownConverter

LONGEST_HTML = 100_000  # characters; no text of a question has a tenth of that
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")  # up to the next “<” only: to the end it takes the square of many of them
KEPT = {
    "p", "br", "div", "span", "em", "i", "strong", "b", "code", "pre", "ul", "ol", "li", "blockquote", "table", "thead",
    "tbody", "tr", "th", "td", "a", "h1", "h2", "h3", "h4", "h5", "h6", "sub", "sup",
}  # fmt: skip
LOST = {
    "img": _("a picture"), "audio": _("a sound"), "video": _("a film"), "script": _("a script"),
    "iframe": _("a page inside the page"), "object": _("an embedded object"), "embed": _("an embedded object"),
    "svg": _("a drawing"), "math": _("a formula"), "input": _("a field"), "style": _("a style sheet"),
}  # fmt: skip
MAY_LOSE = re.compile(f"<({'|'.join(LOST)})", re.IGNORECASE)
ATTRIBUTES = r"""(?:\s[^<>"']*(?:"[^"<>]*"[^<>"']*)*)?"""
BLOCK = re.compile(f"</?(?:p|div){ATTRIBUTES}>", re.IGNORECASE)
SPAN = re.compile(f"</?span{ATTRIBUTES}>", re.IGNORECASE)
# Emphasis that is the same in Markdown wherever it stands: of letters and figures at both ends, next to no other mark.
# As Canvas keeps a formula: a picture, and what was typed for it.
EQUATION = re.compile(
    r"""<img\b[^<>]{0,2000}?\bdata-equation-content="([^"<>]{1,1000})"[^<>]{0,2000}>""", re.IGNORECASE
)
EMPHASIS = re.compile(r"(?<!>)<(em|i|strong|b)>([^\W_](?:[^<>&`*_\\\[\]\n]*[^\W_])?)</\1>(?!<)", re.IGNORECASE)
SLUG = re.compile(r"[^a-z0-9_-]+")
ONE, TWO = "\ue000", "\ue001"  # stand for one star and for two while a text is escaped
LINE_ENDS = re.compile(r"[\t \r\n]*[\r\n][\t \r\n]*")
HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
RAISED = dict(zip("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True))
LOWERED = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
ORDINAL = {"st", "nd", "rd", "th", "er", "e"}  # 15<sup>th</sup> says the same in a line
ACTS_ANYWHERE = re.compile(
    r"(\\(?![^\W_]| )|`|(?<![^\W_])\*|\*(?![^\W_])|(?<![^\W_])_|_(?![^\W_])|\[(?=[^\]]{0,500}\]\()|&(?=#?\w{1,40};)|<(?=https:))"
)
ACTS_AT_START = re.compile(r"^(\s{0,3})([#>+-](?=\s|$)|\d+(?=[.)]\s)|\||~{3})", re.MULTILINE)


class Converter(MarkdownConverter):
    """HTML to Markdown, in which a text shows what it says, and raised and lowered figures stay what they are."""

    def escape(self, text: str, parent_tags: object) -> str:
        return from_plain(text)

    def convert_sup(self, _element: object, text: str, parent_tags: object) -> str:
        return text if text in ORDINAL else _moved(text, "^", RAISED)

    def convert_sub(self, _element: object, text: str, parent_tags: object) -> str:
        return _moved(text, "_", LOWERED)


def _moved(text: str, sign: str, figures: Mapping[str, str]) -> str:
    """Return the figures of a power or an index, “(a)” behind a sign where there are none for it."""
    if all(char in figures for char in text):
        return "".join(map(figures.__getitem__, text))
    return f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"


def is_html(text: str) -> bool:
    """Return whether a text has a tag or a comment of HTML in it."""
    comment = text.find("<!--")
    return TAG.search(text) is not None or (comment >= 0 and text.find("-->", comment) >= 0)


def from_plain(text: str) -> str:
    """Return Markdown that shows a text as it was typed; one that is too long for any question stays as it is."""
    if len(text) > LONGEST_HTML:
        return text
    escaped = ACTS_ANYWHERE.sub(r"\\\1", text)
    return ACTS_AT_START.sub(
        lambda found: f"{found[1]}\\{found[2]}" if not found[2][0].isdigit() else found[0], escaped
    )


def from_html(html: str) -> tuple[str, list[str]]:
    """Return Markdown with the words and the emphasis of a piece of HTML, and names of what it loses ("a picture").

    One that is far too long, or nested far too deeply, is words alone.
    """
    if len(html) > LONGEST_HTML:
        return _words(html), [str(_("its layout"))]
    html = EQUATION.sub(r"\\(\1\\)", html)
    paragraphs = BLOCK.split(SPAN.sub("", html))
    if not any("<" in text for text in paragraphs):
        return _unmarked(paragraphs), []
    emphasized = [EMPHASIS.sub(_starred, text) for text in paragraphs]
    if not any("<" in text for text in emphasized) and not any(sign in html for sign in (ONE, TWO, "\\", "`")):
        return _unmarked(emphasized).replace(ONE, "*").replace(TWO, "**"), []
    try:
        return _marked_up(html)
    except RecursionError:  # of the parser, some hundred elements inside each other
        return _words(html), [str(_("its layout"))]


CONVERTER = Converter(heading_style="ATX", bullets="-", strip=HEADINGS)


def _starred(match: re.Match[str]) -> str:
    sign = ONE if match[1].lower() in ("em", "i") else TWO
    return f"{sign}{match[2]}{sign}"


def _unmarked(paragraphs: Iterable[str]) -> str:
    """Return what shows the same as `_marked_up` does for paragraphs of words and emphasis, at a fraction of its cost."""
    return "\n\n".join(text for text in map(_line, paragraphs) if text)


def _line(html: str) -> str:
    return from_plain(re.sub(r"[\t ]+", " ", LINE_ENDS.sub("\n", unescape(html))).strip())


def _words(html: str) -> str:
    return from_plain(unescape(nh3.clean(html, tags=set()))).strip()


def _marked_up(html: str) -> tuple[str, list[str]]:
    clean = nh3.clean(html, tags=KEPT, attributes={"a": {"href"}}, url_schemes={"https"}, link_rel=None)
    return re.sub(r"\n{3,}", "\n\n", CONVERTER.convert(clean)).strip(), _lost(html)


def _lost(html: str) -> list[str]:
    if not MAY_LOSE.search(html):
        return []
    parser = _Lost()
    parser.feed(html)
    return list(dict.fromkeys(parser.names))


class _Lost(HTMLParser):
    """Collects what of a piece of HTML is not kept."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in LOST:
            self.names.append(str(LOST[tag]))


def slug_of(text: str) -> str:
    """Return a tag as it is stored, “etat-major” for “État-Major”; empty where it has no Latin letter and no figure."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return SLUG.sub("-", bare.lower()).strip("-")[:50]


def one_line(text: str) -> str:
    """Return a text without line ends, for places that hold one line."""
    return " ".join(text.split())
