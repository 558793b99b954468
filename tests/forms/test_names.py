"""Names of people as they are kept: in one line, nothing in them that cannot be seen or turns the text around it."""

from __future__ import annotations

import pytest

from quizzes.forms.signup import in_one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ada  Lovelace\n", "Ada Lovelace"),
        ("\u202eAda \u2066Ley", "Ada Ley"),  # it would turn the rest of a certificate
        ("A\u200bd\u200da", "Ada"),
        ("\u200b\u2060", ""),
        ("علی\u200cرضا", "علی\u200cرضا"),  # belongs to the spelling
        ("\u200cعلی", "علی"),
        ("Z\u0351\u0352\u0357\u0351\u0352o", "Z\u0351\u0352\u0357o"),
        ("Zoe\u0308", "Zoë"),
    ],
)
def test_a_name_is_kept_as_it_can_be_seen(typed: str, kept: str) -> None:
    assert in_one_line(typed) == kept
