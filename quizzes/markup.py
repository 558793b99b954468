"""Texts of authors as HTML: a part of Markdown, sanitised; everything else is shown as it was written.

    {{ spec.explanation|markdown }}   paragraphs, lists, tables      {{ option.text|inline_markdown }}   within a line
    {{ stem(card.stem, "h2", id=card.stem_id) }}                     a stem: a heading, and what follows it
    {{ right.text|plain }}            no marks at all, for places that can hold only text

No raw HTML, no images, no headings; links only to https.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape

import nh3
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

INLINE_TAGS = frozenset({"em", "strong", "code", "br", "a"})
TABLE_TAGS = frozenset({"table", "thead", "tbody", "tr", "th", "td"})
BLOCK_TAGS = INLINE_TAGS | TABLE_TAGS | {"p", "ul", "ol", "li", "blockquote", "pre", "hr"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
REST = ["html_block", "html_inline", "image", "heading", "lheading", "reference"]
YEAR = re.compile(r"^(\s*\d{3,})([.)])(?=\s)", re.MULTILINE)  # “1948. …” at the start of a line is no list
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable(REST)


def _stars_between_letters(state: StateInline, silent: bool) -> bool:
    """Keep the stars of 2*3*4 as signs, as CommonMark does with low lines."""
    start = end = state.pos
    while end < state.posMax and state.src[end] == "*":
        end += 1
    is_between = 0 < start < end < state.posMax and state.src[start - 1].isalnum() and state.src[end].isalnum()
    if is_between:
        if not silent:
            state.pending += state.src[start:end]
        state.pos = end
    return is_between


MARKDOWN.inline.ruler.before("emphasis", "stars_between_letters", _stars_between_letters)


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


def _without_lists_of_years(text: str) -> str:
    return YEAR.sub(r"\1\\\2", text)


@lru_cache(maxsize=4096)
def _block(text: str) -> SafeString:
    return _clean(MARKDOWN.render(_without_lists_of_years(text)), BLOCK_TAGS)


@lru_cache(maxsize=4096)
def _lead_and_rest(text: str) -> tuple[SafeString, SafeString]:
    """Return the first paragraph, inline, and the blocks after it; without a paragraph at the start the first is empty."""
    environment: dict[str, object] = {}
    tokens = MARKDOWN.parse(_without_lists_of_years(text), environment)
    lead = ""
    if tokens and tokens[0].type == "paragraph_open":
        lead = MARKDOWN.renderer.render([tokens[1]], MARKDOWN.options, environment)
        tokens = tokens[3:]  # opened, its line, closed
    rest = MARKDOWN.renderer.render(tokens, MARKDOWN.options, environment)
    return _clean(lead, INLINE_TAGS), _clean(rest, BLOCK_TAGS)


@lru_cache(maxsize=8192)
def _inline(text: str) -> SafeString:
    return _clean(MARKDOWN.renderInline(text), INLINE_TAGS)


def markdown(text: object) -> SafeString:
    """Return paragraphs, lists, tables, quotations, emphasis, code and https links."""
    return _block("" if text is None else str(text))


def edited(text: str, edit: Callable[[list[Token]], list[Token]]) -> SafeString:
    """Return the same as `markdown`, each line's tokens having gone through `edit`; what it puts in is cleaned as well."""
    environment: dict[str, object] = {}
    tokens = MARKDOWN.parse(_without_lists_of_years(text), environment)
    for token in tokens:
        if token.type == "inline":
            token.children = edit(token.children or [])
    return _clean(MARKDOWN.renderer.render(tokens, MARKDOWN.options, environment), BLOCK_TAGS)


def stem(text: object, level: str, id: str = "", extra: str = "", *, focus: bool = False) -> SafeString:
    """Return a stem as HTML: its first paragraph is a heading of that level (“h2”), what follows it stands below.

    `id` names the whole of it for `aria-labelledby`; `extra` adds classes; with `focus` a page begins there.
    """
    lead, rest = _lead_and_rest("" if text is None else str(text))
    return headed(lead, rest, level, id, extra, focus=focus)


def headed(
    lead: SafeString, rest: SafeString, level: str, id: str = "", extra: str = "", *, focus: bool = False
) -> SafeString:
    """Return a stem out of its first paragraph, inline, and the blocks after it; see `stem`."""
    name = format_html(' id="{}"', id) if id else mark_safe("")
    name += mark_safe(' tabindex="-1" autofocus' if focus else "")
    classes = f"stem {extra}".strip()
    if not rest:
        return format_html('<{0} class="{1}"{2}>{3}</{0}>', mark_safe(level), classes, name, lead)
    heading = format_html("<{0}>{1}</{0}>", mark_safe(level), lead or _("Question"))
    return format_html('<div class="{} stem-blocks"{}>{}\n{}</div>', classes, name, heading, rest)


def inline_markdown(text: object) -> SafeString:
    """Return emphasis, code and https links as HTML; a number at the start of a sentence makes no list."""
    return _inline("" if text is None else str(text))


def plain(text: object) -> str:
    """Return the words alone; escaped by the template like any other text."""
    return unescape("" + strip_tags(inline_markdown(text)))  # a plain str, which templates escape
