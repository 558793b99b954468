"""One small question of every type, and the quizzes that browsers take."""

from __future__ import annotations

from typing import Any

from quizzes.models import Question, Quiz
from tests import factories

STEMS = {
    "single_choice": "Which organ authorises a mission?",
    "multiple_choice": "Which are components of a mission?",
    "true_false": "The first mission was set up in 1948.",
    "short_answer": "Which department is in charge of peacekeeping?",
    "numeric": "How many countries promised capabilities?",
    "matching": "Match each body with its task.",
    "ordering": "Put these missions in order, the oldest first.",
    "cloze": "Complete the summary.",
    "essay": "Discuss how consent shapes a mission.",
}
PARTS: dict[str, dict[str, Any]] = {
    "single_choice": {
        "options": [
            {"text": "The Secretariat", "feedback": "It carries the mandate out."},
            {"text": "The Security Council", "correct": True, "feedback": "Mandates come from the Council."},
            {"text": "The Trusteeship Council"},
        ]
    },
    "multiple_choice": {
        "options": [{"text": "Military", "correct": True}, {"text": "Judges"}, {"text": "Police", "correct": True}]
    },
    "true_false": {"answer": True},
    "short_answer": {"answers": [{"text": "Department of Peace Operations"}, {"text": "DPO"}]},
    "numeric": {"value": "36", "unit": "countries"},
    "matching": {
        "pairs": [
            {"left": "Security Council", "right": "Authorises missions"},
            {"left": "General Assembly", "right": "Votes the budget"},
            {"left": "Member states", "right": "Send troops"},
        ]
    },
    "ordering": {"elements": [{"text": "UNTSO"}, {"text": "UNEF I"}, {"text": "UNTAG"}, {"text": "UNTAET"}]},
    "cloze": {
        "text": "The first mission was [[1]], set up in [[2]] by the [[3]].",
        "gaps": [
            {"kind": "text", "answers": [{"text": "UNTSO"}]},
            {"kind": "number", "value": "1948", "tolerance": "0"},
            {"kind": "choice", "options": [{"text": "Secretariat"}, {"text": "Security Council", "correct": True}]},
        ],
    },
    "essay": {"min_words": 5, "max_words": 400},
}
WHY = "Chapter VII says so."


def question(type: str) -> Question:
    """A question of the type that rests on paragraph 3 of a source."""
    asked = factories.question({"stem": STEMS[type], "explanation": WHY, **PARTS[type]}, type=type)
    asked.places.create(source=factories.source("charter"), paragraph=3)
    return asked


def quiz(*types: str, **fields: Any) -> Quiz:
    """A quiz with one question of each type named, in that order; of all types without names."""
    return factories.quiz([question(type) for type in types or STEMS], **fields)
