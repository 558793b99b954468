"""Texts with links to the glossary: the first occurrence of each term, never within a link or code. Read only.

What an explanation says of a question links its terms; a stem only when its answer is shown, because the text of a term might
answer it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe

from quizzes import markup, study_text
from quizzes.models import GlossaryTerm
from quizzes.study_text import Glossary, SourceParagraph, Text

SECONDS = 60  # for so long a process keeps the terms; what is published shows within a minute
Forms = tuple[tuple[str, str], ...]  # each form of a term with the address of its entry
_known: tuple[float, Forms] | None = None


def with_terms(text: object) -> SafeString:
    """Return paragraphs, lists and tables as `markdown` does, with links to the glossary (1 query a minute)."""
    forms = _forms()
    return _linked("" if text is None else str(text), forms) if forms else markup.markdown(text)


def stem_with_terms(text: object, level: str, id: str = "") -> SafeString:
    """Return a stem as `markup.stem` does, with links to the glossary: where the answer is shown (1 query a minute)."""
    lead, is_paragraph, rest = str(with_terms(text)).partition("</p>")
    if not (is_paragraph and lead.startswith("<p>")):
        return markup.stem(text, level, id)
    return markup.headed(mark_safe(lead.removeprefix("<p>")), mark_safe(rest.strip("\n")), level, id)


def rendered(text: str, *, places: Sequence[SourceParagraph], marked: SourceParagraph | None) -> Text:
    """Return a study note as HTML with footnotes, marked sentences and links to the glossary (1 query a minute)."""
    return _rendered(text, tuple(places), marked, _forms())


@lru_cache(maxsize=4096)
def _linked(text: str, forms: Forms) -> SafeString:
    return study_text.with_links(text, Glossary(dict(forms)))


@lru_cache(maxsize=512)
def _rendered(text: str, places: tuple[SourceParagraph, ...], marked: SourceParagraph | None, forms: Forms) -> Text:
    return study_text.render(text, places=places, marked=marked, glossary=Glossary(dict(forms)))


def _forms() -> Forms:
    if _known is None or _known[0] < time.monotonic():
        terms = GlossaryTerm.objects.published()
        return know(tuple((form, term.get_absolute_url()) for term in terms for form in term.forms))
    return _known[1]


def know(forms: Forms) -> Forms:
    """Take these for the terms, for so long as terms are kept; return them."""
    global _known
    _known = (time.monotonic() + SECONDS, forms)
    return forms


def forget() -> None:
    """Read the terms again at the next text."""
    global _known
    _known = None
