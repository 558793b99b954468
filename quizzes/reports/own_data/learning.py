"""The parts of the files about learning: attempts with their answers and log, the review deck, units mastered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quizzes.models import Answer, Attempt, AttemptEvent, Mastery, ReviewCard, ReviewLog, ReviewSettings
from quizzes.reports.own_data import attempts, reviews
from quizzes.reports.own_data.parts import DERIVED, NUMBER, OTHERS, WHOSE, Part, plain

LEARNING: tuple[Part, ...] = (
    Part(
        "attempts",
        Attempt,
        tuple(attempts.ATTEMPT),
        frozenset(
            [
                "id",
                "quiz",
                "assignment",
                "number",
                "status",
                "is_counted",
                "started_at",
                "due_at",
                "submitted_at",
                "closed_by",
                "limit",
                "marks",
                "max_marks",
                "fraction",
                "reached_slot",
                "reopened_at",
            ]
        ),
        {
            "learner": WHOSE,
            "quiz_limit": DERIVED,
            "exact_marks": DERIVED,
            "draw_notes": _("for instructors: how the questions were drawn"),
        },
        attempts.attempts,
    ),
    Part(
        "answers",
        Answer,
        tuple(attempts.ANSWER),
        frozenset(
            [
                "attempt",
                "slot",
                "version",
                "points",
                "response",
                "saved_at",
                "saved_from",
                "late_by_ms",
                "is_flagged",
                "is_checked",
                "marks",
                "comment",
                "marked_at",
            ]
        ),
        {
            "id": NUMBER,
            "layout": _("the order in which the options stood"),
            "revision": _("how often it was saved; the log says when"),
            **dict.fromkeys(("fraction", "exact_fraction", "exact_marks", "override", "exact_override"), DERIVED),
            "marked_by": OTHERS,
        },
        attempts.answers,
    ),
    Part(
        "log_of_attempts",
        AttemptEvent,
        tuple(attempts.EVENT),
        frozenset(["attempt", "kind", "at", "actor", "slot", "revision", "late_by_ms", "device", "details"]),
        {"id": NUMBER},
        attempts.events,
    ),
    Part(
        "review_cards",
        ReviewCard,
        tuple(reviews.CARD),
        frozenset(
            [
                "id",
                "question",
                "stage",
                "stability",
                "difficulty",
                "reviews",
                "reviewed_at",
                "due_at",
                "created_at",
                "missed_at",
                "is_suspended",
                "buried_until",
            ]
        ),
        {"learner": WHOSE, "is_new": DERIVED},
        reviews.review_cards,
    ),
    Part(
        "review_answers",
        ReviewLog,
        tuple(reviews.ANSWER),
        frozenset(
            [
                "card",
                "number",
                "version",
                "at",
                "response",
                "is_right",
                "is_sure",
                "grade",
                "stage",
                "due_at",
                "stability",
                "difficulty",
                "reviewed_at",
            ]
        ),
        {"id": NUMBER, "learner": WHOSE, "layout": _("the order in which the options stood")},
        reviews.review_answers,
    ),
    plain(
        "review_settings",
        ReviewSettings,
        own="learner",
        columns={
            "on": "is_on",
            "questions_a_day": "daily_cap",
            "new_a_day": "new_limit",
            "keys": "has_keys",
            "percent_to_remember": "retention",
        },
        left_out={"learner": WHOSE},
    ),
    plain(
        "units_mastered",
        Mastery,
        own="learner",
        columns={"unit": "unit__title", "at": "at", "attempt": "attempt"},
        left_out={"id": NUMBER, "learner": WHOSE},
    ),
)
