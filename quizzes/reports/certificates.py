"""Certificates of quizzes that give one: who has one, what it says, and whether a number is of one. Read only.

Nothing is stored. The number names the attempt and proves it by a seal that only this site can make; whether it still
holds is told by the attempt as it stands, so a certificate of marks that were taken back is none any more.
"""

from __future__ import annotations

from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import dateformat, timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from quizzes import entitlements, marking, terms
from quizzes.models import Attempt, shown

SALT = "quizzes.certificates"
SEAL = 12  # letters of 5 bits
LONGEST = 40


@dataclass(frozen=True)
class Certificate:
    """What is printed: who passed what, when and how well."""

    number: str
    attempt: Attempt
    percent: int

    @property
    def name(self) -> str:
        return str(self.attempt.learner.full_name)

    @property
    def day(self) -> str:
        """When it was handed in, always with the year."""
        return dateformat.format(timezone.localtime(self.attempt.submitted_at), _("F j, Y"))


def is_due(attempt: Attempt, revealed: terms.Revealed) -> bool:
    """Return whether the attempt gives a certificate, as far as its learner may know that it is passed."""
    if not attempt.quiz.gives_certificate or not revealed.marks or not attempt.is_graded or not attempt.is_counted:
        return False
    return bool(marking.is_pass(attempt.exact_marks, attempt.max_marks, attempt.quiz.pass_fraction))


def of_attempt(attempt: Attempt, *, now: datetime) -> Certificate | None:
    """Return the certificate of an attempt; None where it gives none (what `revealed` asks)."""
    if attempt.learner.is_anonymised:
        return None
    revealed = entitlements.revealed(attempt, attempt.learner, now=now)
    if not is_due(attempt, revealed) or attempt.share is None:
        return None
    return Certificate(number_of(attempt.pk), attempt, shown.percent(attempt.quiz, attempt.share, ()))


def by_number(number: str, *, now: datetime) -> Certificate | None:
    """Return the certificate that has this number; None for one that was never given, or does not hold any more."""
    pk = _attempt_of(number)
    if pk is None:
        return None
    attempts = Attempt.objects.select_related("learner", "quiz__owner", "assignment__quiz", "assignment__classroom")
    attempt = attempts.filter(pk=pk).first()
    return of_attempt(attempt, now=now) if attempt else None


def number_of(pk: int) -> str:
    """Return the number of the certificate of an attempt: 128-ABCD-EFGH-IJKL."""
    return _written(pk, settings.SECRET_KEY)


def _written(pk: int, secret: str) -> str:
    digest = salted_hmac(SALT, str(pk), secret=secret, algorithm="sha256").digest()
    seal = b32encode(digest).decode()[:SEAL]
    return "-".join([str(pk), *(seal[start : start + 4] for start in range(0, SEAL, 4))])


def _attempt_of(number: str) -> int | None:
    """Return the attempt that a number names, where its seal is one of ours."""
    typed = "".join(number.upper().split())
    digits = typed.partition("-")[0]
    if len(typed) > LONGEST or not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        return None
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    is_ours = any(constant_time_compare(typed, _written(int(digits), secret)) for secret in secrets)
    return int(digits) if is_ours else None
