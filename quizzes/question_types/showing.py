"""Whether a text shows something once it is drawn: “~~~x” opens a block of code without any, “[](https://…)” is a link of nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

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


def blank_texts(spec: object, path: Path = ()) -> Iterator[Path]:
    """Yield the places of texts in a spec that show nothing, as paths of its schema."""
    if isinstance(spec, str):
        name = next((step for step in reversed(path) if isinstance(step, str)), "")
        is_block = name in BLOCKS or path == ("text",)
        is_drawn = is_block or (name in LINES and not TYPED.intersection(path))
        if is_drawn and shows_nothing(spec, is_block=is_block):
            yield path
    elif isinstance(spec, dict):
        for name, inner in spec.items():
            yield from blank_texts(inner, (*path, name))
    elif isinstance(spec, list):
        for index, inner in enumerate(spec):
            yield from blank_texts(inner, (*path, index))
