"""Practice that a learner puts together: an attempt at the quiz that is built in for it, over the questions they want."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from quizzes import entitlements
from quizzes.entitlements import Secrecy, Wish
from quizzes.errors import NotOpen
from quizzes.models import Attempt, Quiz, User, version_cache
from quizzes.models.papers import PaperQuestion
from quizzes.models.quizzes import Preset
from quizzes.services.attempts.close import submit
from quizzes.services.attempts.start import begin, open_attempt_of, plan_of
from quizzes.services.drawing import Candidate, Drawing, Purpose
from quizzes.services.draws import Draw, Drawn

DOUBLE_PRESS = timedelta(seconds=3)


def start_practice(learner: User, wish: Wish, *, now: datetime, device: str = "") -> Attempt:
    """Return a new attempt that practices what is wanted. Practice of this kind that runs is handed in first, unless it
    began just now: then the button was pressed twice. Raises NotOpen where no question matches.
    """
    quiz = own_practice()
    running = open_attempt_of(learner, quiz, now=now)
    if running is not None and now - running.started_at < DOUBLE_PRESS:
        return running
    rng = random.Random(secrets.randbits(64))  # noqa: S311  only which questions, nothing secret
    draw = _draw(learner, wish, rng, now=now)
    if running is not None:
        submit(running, now=now)
    effective = entitlements.terms_for(learner, quiz, None, limit=None)
    plan = replace(plan_of(draw, effective, rng, shuffle_options=True), wish=_kept(wish))
    return begin(learner, quiz, None, plan, now=now, device=device)


def start_trial(guest: User, first: PaperQuestion, *, number: int, now: datetime, device: str = "") -> Attempt:
    """Return a new attempt of a guest at the question they were shown, as it lay there, and at others of the site."""
    rng = random.Random(secrets.randbits(64))  # noqa: S311  only which questions, nothing secret
    drawing = Drawing({first.version.question_id}, rng=rng, purpose=Purpose(Preset.PRACTICE, Secrecy()))
    [candidates] = drawing.with_evidence([_to_be_tapped(4 * number, now=now)])
    draw = Draw([Drawn(first.version, Decimal(1)), *_drawn(drawing.take(candidates, number - 1))])
    quiz = own_practice()
    effective = entitlements.terms_for(guest, quiz, None, limit=None)
    plan = plan_of(draw, effective, rng, shuffle_options=True)
    plan.answers[0] = replace(plan.answers[0], layout=first.layout)
    return begin(guest, quiz, None, plan, now=now, device=device)


def _to_be_tapped(count: int, *, now: datetime) -> list[Candidate]:
    """Return up to so many of the questions for guests, at random; none with a page of facts to read first."""
    rows = list(entitlements.pool_of_guests(now=now).order_by("?").values_list("pk", "versions")[:count])
    versions = version_cache.get_many([version for _pk, version in rows])
    return [Candidate(pk, version) for pk, version in rows if not versions[version].parsed.case]


def _kept(wish: Wish) -> dict[str, object]:
    """Return a wish as the log stores it; nothing where anything would do."""
    return {name: value for name, value in asdict(wish).items() if value and name != "number"}


def own_practice() -> Quiz:
    """Return the quiz that is built in for this; the first to practice makes it."""
    return Quiz.objects.get_or_create(
        slug=Quiz.OWN_PRACTICE,
        defaults={"title": "Your practice", "status": Quiz.Status.BUILT_IN, "feedback": Preset.PRACTICE},
    )[0]


def _draw(learner: User, wish: Wish, rng: random.Random, *, now: datetime) -> Draw:
    found = entitlements.pool(learner, wish, now=now).candidates()
    drawing = Drawing((), learner=learner, rng=rng, purpose=Purpose(Preset.PRACTICE, Secrecy()))
    [candidates] = drawing.with_evidence([[Candidate(*row) for row in found]])
    taken = drawing.take(candidates, wish.number)
    if not taken:
        raise NotOpen(_("No question matches now. Choose something wider."))
    rng.shuffle(taken)
    return Draw(_drawn(taken))


def _drawn(taken: Iterable[Candidate]) -> list[Drawn]:
    versions = version_cache.get_many([candidate.version for candidate in taken])
    return [Drawn(versions[candidate.version], Decimal(1)) for candidate in taken]
