"""Previews: the engine of attempts on a value instead of rows. Nothing here writes to the database.

The draw, the layout, the time rule and the grading are those of attempts; what a start does besides them (attempts used,
versions pinned, notices, events) is left out.
"""

from __future__ import annotations

import random
import secrets
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from quizzes import entitlements
from quizzes.entitlements import Secrecy
from quizzes.errors import NotFound, NotOpen
from quizzes.marking import Earned
from quizzes.models import QuestionVersion, Quiz, User, version_cache
from quizzes.models.papers import Paper, PaperQuestion
from quizzes.models.previews import Preview, PreviewAnswer
from quizzes.models.quizzes import Preset
from quizzes.question_types.faults import InvalidSpec
from quizzes.services import draws, grading, time_limits
from quizzes.services.drawing import Purpose


def start(quiz: Quiz, viewer: User, *, now: datetime) -> Preview:
    """Return a new preview of the quiz as it stands, draft or not; raises NotOpen where it has nothing to ask."""
    rng = random.Random(secrets.randbits(64))  # noqa: S311  only the order shown, nothing secret
    draw = draws.draw(quiz, None, rng, purpose=Purpose(quiz.feedback, _secrecy(quiz, viewer, now=now), is_preview=True))
    complete = [drawn for drawn in draw.questions if _is_complete(drawn.version)]
    if not complete:
        raise NotOpen(_("None of its questions is complete yet."))
    limit = time_limits.as_it_stands(quiz)
    answers = [
        PreviewAnswer(slot, drawn.version.pk, drawn.version.revision, drawn.points, _layout(quiz, drawn.version, rng))
        for slot, drawn in enumerate(complete, start=1)
    ]
    notes = draw.notes + ([_("Questions that are not complete were left out.")] if complete != draw.questions else [])
    is_sequential = quiz.navigation == Quiz.Navigation.SEQUENTIAL
    return Preview(now, quiz.feedback, limit, reached_slot=int(is_sequential), notes=notes, answers=answers)


def _secrecy(quiz: Quiz, viewer: User, *, now: datetime) -> Secrecy:
    """Return what is secret for an author who is a student elsewhere; what is kept for exams is left out of all else."""
    secrecy = entitlements.secrecy_of(viewer, now=now)
    if quiz.owner_id != viewer.pk and secrecy.of_class(quiz):
        raise NotFound
    return replace(secrecy, sees_kept=quiz.feedback == Preset.EXAM)


def _is_complete(version: QuestionVersion) -> bool:
    """Return whether its type can ask it; a draft need not be."""
    try:
        return bool(version.parsed)
    except InvalidSpec:
        return False


def _layout(quiz: Quiz, version: QuestionVersion, rng: random.Random) -> list[object]:
    return version.kind.layout(version.parsed, rng, shuffle=quiz.shuffle_options)


def paper_of(preview: Preview, quiz: Quiz, viewer: User, *, now: datetime) -> Paper:
    """Return the questions of a preview; raises NotFound where one is gone, was edited meanwhile, or is secret by now."""
    versions = version_cache.get_many({answer.version_id for answer in preview.answers})
    if any(_has_changed(answer, versions.get(answer.version_id)) for answer in preview.answers):
        raise NotFound
    if _secrecy(quiz, viewer, now=now).among([version.question_id for version in versions.values()]):
        raise NotFound
    questions = {
        answer.slot: PaperQuestion(answer.slot, versions[answer.version_id], answer.layout)
        for answer in preview.answers
    }
    return Paper(0, viewer.pk, questions)


def _has_changed(answer: PreviewAnswer, version: QuestionVersion | None) -> bool:
    """Return whether the version is gone, or a draft that was edited: its layout may not fit any more."""
    return version is None or (version.is_draft and version.revision != answer.edition)


def save(answer: PreviewAnswer, response: object, *, now: datetime) -> None:
    """Keep the response to one question."""
    answer.response, answer.saved_at, answer.is_tried = response, now, False
    answer.revision += 1


def flag(preview: Preview, *, slot: int, is_flagged: bool) -> None:
    if answer := preview.answer(slot):
        answer.is_flagged = is_flagged


def check(preview: Preview, paper: Paper, quiz: Quiz, *, slot: int) -> None:
    """Mark one answer, as practice does: a right one is closed and explained. Nothing where there is none."""
    answer = preview.answer(slot)
    if answer is not None and preview.preset == Preset.PRACTICE and answer.is_answered:
        is_closed = _earned(answer, paper[slot].version, quiz).fraction in (1, None)
        answer.is_checked, answer.is_tried = is_closed, not is_closed


def show(preview: Preview, *, slot: int) -> None:
    """Close one answer and explain it, as practice does when asked for the answer."""
    answer = preview.answer(slot)
    if answer is not None and preview.preset == Preset.PRACTICE:
        answer.is_checked, answer.is_tried = True, False


def try_again(preview: Preview, *, slot: int) -> None:
    """Open a checked answer again: empty where the right one was shown, else as it was."""
    answer = preview.answer(slot)
    if answer is not None and answer.is_checked:
        answer.is_checked, answer.response = False, None
    elif answer is not None:
        answer.is_tried = False


def advance(preview: Preview, *, from_slot: int) -> int:
    """Go on to the next question where there is no way back; returns the question that is open now."""
    if preview.reached_slot == from_slot < len(preview.answers):
        preview.reached_slot += 1
    return preview.reached_slot


def marked(preview: Preview, paper: Paper, quiz: Quiz) -> dict[int, Earned]:
    """Return what each answer earns, by slot."""
    return {answer.slot: _earned(answer, paper[answer.slot].version, quiz) for answer in preview.answers}


def _earned(answer: PreviewAnswer, version: QuestionVersion, quiz: Quiz) -> Earned:
    return grading.earned(version, answer.response, None, answer.points, penalty=quiz.wrong_penalty)
