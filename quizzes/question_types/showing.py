"""Whether a text shows something once it is drawn: “~~~x” opens a block of code without any, “[](https://…)” is a link of nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from django.utils.html import strip_tags

from quizzes.markup import inline_markdown, markdown
from quizzes.question_types.folding import SEEN

Path = tuple[str | int, ...]
SURE = re.compile(r"\s{0,3}(?:[^\W\d_]|\d+[^\s.)\d])")  # begins with a letter, or with a figure that opens no list
# Texts that are drawn as paragraphs; others within a line.
BLOCKS = frozenset(
    {"stem", "explanation", "feedback", "feedback_wrong", "feedback_true", "feedback_false", "model_answer"}
)
TYPED = frozenset({"answers"})  # lists of what learners type: no Markdown
LINES = frozenset({"text", "left", "right", "criterion", "extra"})


def shows_nothing(text: str, *, is_block: bool) -> bool:
    """Return whether a text that is not empty has nothing to read once it is drawn."""
    if not text or SURE.match(text):
        return False
    html = markdown(text) if is_block else inline_markdown(text)
    return not SEEN.search(unescape(strip_tags(html)))


def blank_texts(spec: Mapping[str, Any], path: Path = ()) -> Iterator[Path]:
    """Yield the places of texts in a spec that show nothing, as paths of its schema."""
    for name, value in spec.items():
        if isinstance(value, str):
            if _is_blank(value, name, path):
                yield (*path, name)
        elif isinstance(value, list):
            for index, part in enumerate(value):
                if isinstance(part, dict):
                    yield from blank_texts(part, (*path, name, index))
                elif isinstance(part, str) and _is_blank(part, name, path):
                    yield (*path, name, index)


def _is_blank(text: str, name: str, path: Path) -> bool:
    is_block = name in BLOCKS or (name == "text" and not path)
    is_drawn = is_block or (name in LINES and not TYPED.intersection(path))
    return is_drawn and shows_nothing(text, is_block=is_block)
