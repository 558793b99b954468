"""The life of an attempt: start, answers, close, practice, sweep. Each verb is called as `attempts.submit(attempt, now=now)`."""

from quizzes.services.attempts.answers import Saved, advance, flag, save
from quizzes.services.attempts.close import close_if_overdue, refuse_if_closed, submit
from quizzes.services.attempts.own_practice import start_practice, start_trial
from quizzes.services.attempts.practice import check, show, try_again
from quizzes.services.attempts.start import Outlook, lock_history, open_attempt_of, outlook, start
from quizzes.services.attempts.sweep import close_overdue, last_sweep

__all__ = [
    "Outlook",
    "Saved",
    "advance",
    "check",
    "close_if_overdue",
    "close_overdue",
    "flag",
    "last_sweep",
    "lock_history",
    "open_attempt_of",
    "outlook",
    "refuse_if_closed",
    "save",
    "show",
    "start",
    "start_practice",
    "start_trial",
    "submit",
    "try_again",
]
