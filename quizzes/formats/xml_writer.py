"""XML of ours: what it cannot hold is taken out of a question before it is written, in one place for all XML formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from quizzes.formats.base import QuestionDraft

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def storable(drafts: Iterable[QuestionDraft]) -> Iterator[QuestionDraft]:
    """Yield the questions without the control characters that XML cannot hold, which nobody sees."""
    for draft in drafts:
        yield replace(draft, spec=_clean(draft.spec))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return FORBIDDEN.sub("", value)
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list) else value
