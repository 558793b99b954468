"""Errors with names and a sentence for a person; `middleware.ErrorPages` turns them into a page or JSON."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
else:
    StrOrPromise = str | Promise
Text: TypeAlias = StrOrPromise  # words of a page, translated when they are shown


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
    title = _("This answer doesn't fit the question")


class AnswerTooLong(BadAnswer):
    """A text beyond the limit of its field."""

    status = 413
    code = "too_long"


class TooLarge(QuizError):
    """A request that no form and no script of ours sends."""

    status = 413
    code = "too_large"
    title = _("That's too much data")


class NotFound(QuizError):
    """There is nothing at this address for this learner: the same words whether it exists or not."""

    status = 404
    code = "not_found"
    title = _("Page not found")

    def __init__(self) -> None:
        super().__init__(_("It doesn't exist, or you don't have access."))


class NotShown(QuizError):
    """A part of a leaderboard that a class does not show to its students."""

    status = 404
    code = "not_shown"
    title = _("This class doesn't show every rank")

    def __init__(self) -> None:
        super().__init__(_("You see the first three, and your own place with its neighbors."))


class AnswerRefused(QuizError):
    """An answer that was not saved; `stored` is the row of the answer that counts, where there is one."""

    status = 409

    def __init__(self, message: Text, *, stored: Any = None) -> None:
        super().__init__(message)
        self.stored = stored


class AttemptClosed(AnswerRefused):
    """The attempt is submitted or its time is over; what was saved counts."""

    code = "closed"
    title = _("This attempt is closed")


class StaleAnswer(AnswerRefused):
    """Another tab or device saved a newer answer."""

    code = "stale"
    title = _("Changed on another device")


class NotOpen(QuizError):
    """The quiz is not open to this learner now."""

    status = 403
    code = "not_open"
    title = _("Not open right now")


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


class NotYours(QuizError):
    """Work of another instructor, who lets others see it or use it but not change it."""

    status = 403
    code = "not_yours"
    title = _("You can't change this")

    def __init__(self) -> None:
        super().__init__(_("This belongs to another instructor. Make a copy of it and change that."))


class EditConflict(QuizError):
    """Someone else changed the same thing in between; `details['revision']` is what a second try must expect."""

    status = 409
    code = "edit_conflict"
    title = _("Changed by someone else")

    def __init__(self, editor: str, at: datetime | None, *, revision: int = 0) -> None:
        who = editor or gettext("Someone")
        when = date_format(localtime(at), gettext("D, M j, g:i a")) if at else gettext("a moment ago")
        words = {"who": who, "when": when}
        super().__init__(gettext("Changed by %(who)s on %(when)s, while you were writing.") % words, revision=revision)
        self.revision = revision


class CannotRemark(QuizError):
    """An answer that another version of its question cannot mark; the message is the reason, without a full stop."""

    status = 409
    code = "cannot_remark"
    title = _("Cannot be re-marked")


class NotPublishable(QuizError):
    """A question or quiz with faults that must be mended first; `details['faults']` lists them."""

    status = 409
    code = "not_publishable"
    title = _("Not ready to publish")


class ImportRejected(QuizError):
    """A file that cannot be read as what it says it is."""

    code = "import_rejected"
    title = _("This file cannot be imported")
