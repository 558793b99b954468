"""The text of a study note as HTML: Markdown with locators as footnotes, marked sentences, and links to the glossary.

A locator [^12] or [^peacekeeping-qa:12] ends a sentence and names the paragraph it rests on. Signs from the private area of
Unicode stand for what is put in, until the HTML was cleaned: the author's text can hold none of them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it.token import Token

from quizzes import markup

LOCATOR = re.compile(r"\[\^(?:(?P<source>[-\w]+):)?(?P<paragraph>\d{1,5})\]")
LOCATOR_PLAIN = r"\[\^[-\w:]+\]"
ENDS_AS_TYPED = re.compile(rf"(?:[.!?][\"”’)*]*(?:{LOCATOR_PLAIN})*|(?:{LOCATOR_PLAIN})+[;,]?)(?:\s+|$)")
RESERVED = re.compile("[\ue000-\ue006]")
OPEN, CLOSE = "\ue002", "\ue003"  # around a marked sentence
FOOTNOTE = re.compile("\ue000(\\d+)\ue001")
TERM = re.compile("\ue004(\\d+)\ue005(.*?)\ue006", re.DOTALL)
NOTE = "(?:\ue000\\d+\ue001)"
# A sentence ends at its full stop and the locators after it; where a locator stands before a comma, there.
END = re.compile(f'(?:[.!?]["”’)]*{NOTE}*|{NOTE}+["”’).,;:]*)(?:\\s+|$)')


class SourceParagraph(NamedTuple):
    """A paragraph of a source, by the source's slug; "" for a locator that names none."""

    source: str
    paragraph: int


@dataclass(frozen=True)
class Text:
    """A rendered text; the n-th of `footnotes` is footnote n."""

    html: SafeString
    footnotes: tuple[SourceParagraph, ...] = ()


@dataclass
class Glossary:
    """Terms to link: address by form of the word. Each address is linked once, however often a text is rendered."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    linked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        forms = sorted(self.addresses, key=len, reverse=True)
        self._by_fold = {form.casefold(): form for form in forms}
        words = "|".join(map(re.escape, forms)) or r"(?!)"
        self._pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)

    def link(self, text: str) -> str:
        """Return the text with signs around the first occurrence of each term."""
        return self._pattern.sub(self._linked, text)

    def _linked(self, found: re.Match[str]) -> str:
        form = self._by_fold[found.group().casefold()]
        if not is_form(found.group(), form) or self.addresses[form] in self.linked:
            return found.group()
        self.linked.append(self.addresses[form])
        return f"\ue004{len(self.linked) - 1}\ue005{found.group()}\ue006"


def is_form(text: str, form: str) -> bool:
    """Return whether a word of a text is this form of a term: capitals inside a name count, one at the start of a
    sentence does not."""
    return text == form or form.islower() or text == form[0].upper() + form[1:]


def places_in(text: str, places: Sequence[SourceParagraph] = ()) -> list[SourceParagraph]:
    """Return the place of each locator, in order, each once; one without a source is of the first that has the paragraph."""
    return list(dict.fromkeys(_place(found, places) for found in LOCATOR.finditer(text)))


def _place(found: re.Match[str], places: Sequence[SourceParagraph]) -> SourceParagraph:
    paragraph = int(found["paragraph"])
    if found["source"]:
        return SourceParagraph(found["source"], paragraph)
    own = [place for place in places if place.paragraph == paragraph] or places
    return SourceParagraph(own[0].source if own else "", paragraph)


def render(
    text: str,
    *,
    places: Sequence[SourceParagraph] = (),
    marked: SourceParagraph | None = None,
    glossary: Glossary | None = None,
) -> Text:
    """Return a note as HTML: the sentences that rest on `marked` are marked, terms of the glossary are links."""
    plain = RESERVED.sub("", text)
    footnotes = places_in(plain, places)
    wanted = footnotes.index(marked) + 1 if marked in footnotes else 0
    glossary = glossary or Glossary()

    def numbered(found: re.Match[str]) -> str:
        return f"\ue000{footnotes.index(_place(found, places)) + 1}\ue001"

    def edit(tokens: list[Token]) -> list[Token]:
        return list(_with_marks(_with_signs(tokens, numbered, glossary), wanted))

    html = _with_footnotes(str(markup.edited(plain, edit)))
    html = html.replace(OPEN, "<mark>").replace(CLOSE, "</mark>")
    return Text(mark_safe(_with_term_links(html, glossary)), tuple(footnotes))


def with_links(text: str, glossary: Glossary) -> SafeString:
    """Return Markdown as HTML in which terms of the glossary are links; brackets are no locators here."""
    plain = RESERVED.sub("", text)
    html = str(markup.edited(plain, lambda tokens: list(_with_term_signs(tokens, glossary))))
    return mark_safe(_with_term_links(html, glossary))


def _with_term_signs(tokens: Iterable[Token], glossary: Glossary) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += token.nesting if token.type.startswith("link_") else 0
        if token.type == "text" and not depth:
            token.content = glossary.link(token.content)
        yield token


def _with_term_links(html: str, glossary: Glossary) -> str:
    return TERM.sub(lambda found: f'<a class="term" href="{glossary.linked[int(found[1])]}">{found[2]}</a>', html)


def _with_signs(
    tokens: Iterable[Token], numbered: Callable[[re.Match[str]], str], glossary: Glossary
) -> Iterator[Token]:
    """Put signs for footnotes and terms into texts, but not within a link; code and addresses are no text."""
    depth = 0
    numbers: list[Token] = []
    for token in tokens:
        depth += token.nesting if token.type.startswith("link_") else 0
        if token.type == "text" and not depth:
            token.content = LOCATOR.sub(numbered, token.content)
        numbers.append(token)
    yield from _with_term_signs(numbers, glossary)


def _with_marks(tokens: Iterable[Token], wanted: int) -> Iterator[Token]:
    """Put signs around the sentences that have the footnote; 0: around none."""
    for sentence in _sentences(tokens):
        is_marked = any(str(wanted) in FOOTNOTE.findall(token.content) for token in sentence)
        yield from [_text(OPEN), *sentence, _text(CLOSE)] if is_marked else sentence


def _sentences(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """Yield a line in its sentences; within emphasis or a link none ends, so that marks never cross other elements."""
    sentence: list[Token] = []
    depth = 0
    for token in tokens:
        depth += token.nesting
        if token.type != "text" or depth:
            sentence.append(token)
            continue
        for part in _parts(token.content):
            sentence.append(_text(part))
            if END.search(part):
                yield sentence
                sentence = []
    if sentence:
        yield sentence


def _parts(text: str) -> list[str]:
    ends = [0, *(found.end() for found in END.finditer(text)), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(ends) if start < end]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _with_footnotes(html: str) -> str:
    """Write each footnote's number as a link; the first of each has an id, to come back to."""
    seen: set[str] = set()

    def link(found: re.Match[str]) -> str:
        number = found[1]
        name = "" if number in seen else format_html(' id="ref-{}"', number)
        seen.add(number)
        label = _("Footnote %(n)s") % {"n": number}
        return format_html('<sup{}><a href="#note-{}" aria-label="{}">{}</a></sup>', name, number, label, number)

    return FOOTNOTE.sub(link, html)


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a note as they were typed, locators included; lines of tables are no sentences."""
    lines = [line.lstrip("-*0123456789.> ") for line in text.splitlines() if not line.lstrip().startswith("|")]
    parts = []
    for line in lines:
        start = 0
        for end in ENDS_AS_TYPED.finditer(line):
            parts.append(line[start : end.end()].strip())
            start = end.end()
        parts.append(line[start:].strip())
    return [sentence for sentence in parts if sentence]
