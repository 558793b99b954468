"""Texts of authors as HTML: a small part of Markdown, sanitised; everything else is shown as it was written.

    {{ spec.explanation|markdown }}   paragraphs and lists      {{ option.text|inline_markdown }}   within a line
    {{ right.text|plain }}            no marks at all, for places that can hold only text

No raw HTML, no images, no headings; links only to https.
"""

import re
from functools import lru_cache
from html import unescape

import nh3
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

INLINE_TAGS = frozenset({"em", "strong", "code", "br", "a"})
BLOCK_TAGS = INLINE_TAGS | {"p", "ul", "ol", "li", "blockquote", "pre", "hr"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
REST = ["html_block", "html_inline", "image", "heading", "lheading", "reference"]
YEAR = re.compile(r"^(\s*\d{3,})([.)])(?=\s)", re.MULTILINE)  # “1948. …” at the start of a line is no list
MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(REST)


def _is_https(url: str) -> bool:
    return url.lower().startswith("https://")


MARKDOWN.validateLink = _is_https  # type: ignore[method-assign]


def _attribute(_tag: str, name: str, value: str) -> str | None:
    return value if name != "href" or _is_https(value) else None


def _clean(html: str, tags: frozenset[str]) -> SafeString:
    clean = nh3.clean(
        html,
        tags=set(tags),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items() if tag in tags},
        attribute_filter=_attribute,
        url_schemes={"https"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean.strip("\n"))


@lru_cache(maxsize=4096)
def _block(text: str) -> SafeString:
    return _clean(MARKDOWN.render(YEAR.sub(r"\1\\\2", text)), BLOCK_TAGS)


@lru_cache(maxsize=8192)
def _inline(text: str) -> SafeString:
    return _clean(MARKDOWN.renderInline(text), INLINE_TAGS)


def markdown(text: object) -> SafeString:
    """Paragraphs, lists, quotations, emphasis, code and https links."""
    return _block("" if text is None else str(text))


def inline_markdown(text: object) -> SafeString:
    """Emphasis, code and https links; a number at the start of a sentence makes no list."""
    return _inline("" if text is None else str(text))


def plain(text: object) -> str:
    """The words alone; escaped by the template like any other text."""
    return unescape("" + strip_tags(inline_markdown(text)))  # a plain str, which templates escape
