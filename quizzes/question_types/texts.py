"""Every text that a reader of a question meets, in one folded line to search in."""

from __future__ import annotations

from collections.abc import Iterator

from quizzes.question_types.folding import folded

# Fields whose values are words of the schema, not of an author.
NOT_READ = frozenset(
    {"kind", "scheme", "scoring", "tolerance_kind", "decimal_mark", "fraction", "layout", "format", "case"}
)
BETWEEN = " \u00b7 "  # so that no search spans two texts


def search_text(spec: object) -> str:
    """Return the stem, then options, answers, feedback and explanation of a spec, folded; of content of any time."""
    texts = [spec.get("stem", ""), *_texts({**spec, "stem": ""})] if isinstance(spec, dict) else []
    return BETWEEN.join(folded(text) for text in texts if isinstance(text, str) and text.strip())


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in NOT_READ:
                yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
