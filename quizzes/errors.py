"""Errors with names and a sentence for a person; `middleware.ErrorPages` turns them into a page or JSON."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class QuizError(Exception):
    """Something the person asked for cannot be done; `message` says what and what to do next."""

    status = 400
    code = "refused"
    title: Text = _("That did not work")

    def __init__(self, message: Text, *, where: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.details = details  # JSON-ready facts for the client, such as the answer that is stored


class BadAnswer(QuizError):
    """An answer that does not fit its question: unknown slot or option, too long, not a number."""

    code = "bad_answer"
    title = _("This answer does not fit the question")


class AttemptClosed(QuizError):
    """The attempt is submitted or its time is over; what was saved counts."""

    status = 409
    code = "closed"
    title = _("This attempt is closed")


class StaleAnswer(QuizError):
    """Another tab or device saved a newer answer; `details` carry it."""

    status = 409
    code = "stale"
    title = _("Changed on another device")


class NotOpen(QuizError):
    """The quiz is not open to this learner now."""

    status = 403
    code = "not_open"
    title = _("Not open now")


class NoAttemptsLeft(QuizError):
    """Every allowed attempt is used."""

    status = 403
    code = "no_attempts_left"
    title = _("No attempts left")


class TooMany(QuizError):
    """A rate limit; the client may come back later."""

    status = 429
    code = "too_many"
    title = _("Too many tries")


class NotPublishable(QuizError):
    """A question or quiz with faults that must be mended first; `details['faults']` lists them."""

    status = 409
    code = "not_publishable"
    title = _("Not ready to publish")


class ImportRejected(QuizError):
    """A file that cannot be read as what it says it is."""

    code = "import_rejected"
    title = _("This file cannot be imported")
