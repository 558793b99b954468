"""Attempts, their answers and what happened to them, as far as their learner may see it when the file is made.

What an exam keeps secret is not in it: of such a question the row says until when, and has neither question nor answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from quizzes import entitlements, marking, terms
from quizzes.models import Answer, Attempt, AttemptEvent, QuestionVersion, shown, version_cache
from quizzes.models.quizzes import Preset
from quizzes.reports import certificates, judged_cards, practice_names
from quizzes.reports.own_data.parts import Reader, Row, batches, held_words

AT_ONCE = 50  # attempts; with their answers some hundred rows
Seen = tuple[Attempt, terms.Revealed]


def _each(reader: Reader) -> Iterator[list[Seen]]:
    """Yield the attempts of the person, the oldest first, with what may be seen of each, in batches (up to 10 queries
    each)."""
    last = 0
    theirs = Attempt.objects.taken_by(reader.person).select_related("quiz", "assignment__quiz", "assignment__classroom")
    while batch := list(theirs.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        practice_names.name(batch)
        yield entitlements.revealed_each(batch, reader.person, now=reader.now)
        last = batch[-1].pk


# Attempts -------------------------------------------------------------------------------------------------------------

ATTEMPT = [
    "id",
    "quiz",
    "class",
    "number",
    "status",
    "counts",
    "started_at",
    "due_at",
    "submitted_at",
    "closed_by",
    "reopened_at",
    "time_limit_minutes",
    "reached_question",
    "marks",
    "possible_marks",
    "percent",
    "passed",
    "certificate",
]


def attempts(reader: Reader) -> Iterator[Row]:
    for batch in _each(reader):
        for attempt, seen in batch:
            yield dict.fromkeys(ATTEMPT) | _attempt(attempt) | _result(attempt, seen)


def _attempt(attempt: Attempt) -> Row:
    return {
        "id": attempt.pk,
        "quiz": attempt.title,
        "class": attempt.assignment.classroom.name if attempt.assignment else None,
        "number": attempt.number,
        "status": attempt.get_status_display(),
        "counts": attempt.is_counted,
        "started_at": attempt.started_at,
        "due_at": attempt.due_at,
        "submitted_at": attempt.submitted_at,
        "closed_by": attempt.get_closed_by_display() if attempt.closed_by else None,
        "reopened_at": attempt.reopened_at,
        "time_limit_minutes": attempt.limit and attempt.limit // timedelta(minutes=1),
        "reached_question": attempt.reached_slot or None,
        "possible_marks": attempt.max_marks,
    }


def _result(attempt: Attempt, seen: terms.Revealed) -> Row:
    """Return what the attempt earned, as its result page says it; nothing before it may be said."""
    if not seen.marks or not attempt.is_graded or attempt.exact_marks is None or attempt.share is None:
        return {}
    return {
        "marks": attempt.shown_marks,
        "percent": shown.percent(attempt.quiz, attempt.share, ()),
        "passed": marking.is_pass(attempt.exact_marks, attempt.max_marks, attempt.quiz.pass_fraction),
        "certificate": certificates.number_of(attempt.pk) if certificates.is_due(attempt, seen) else None,
    }


# Answers --------------------------------------------------------------------------------------------------------------

ANSWER = [
    "attempt",
    "question_number",
    "question",
    "type",
    "points",
    "your_answer",
    "answered_at",
    "late_by_ms",
    "device",
    "flagged",
    "checked",
    "verdict",
    "marks",
    "comment",
    "marked_at",
    "right_answer",
    "explanation",
    "held_back",
]


class _Read(NamedTuple):
    """One answer, and what is needed to tell how much of it may be seen."""

    answer: Answer
    attempt: Attempt
    seen: terms.Revealed
    versions: Mapping[int, QuestionVersion]

    @property
    def version(self) -> QuestionVersion:
        return self.versions[self.answer.version_id]


def answers(reader: Reader) -> Iterator[Row]:
    for batch in _each(reader):
        found = _answers_of(batch, reader)
        held = _held_back(found, reader)
        for read in found:
            row = _identity(read.answer)
            row |= {"held_back": held[read.answer.pk]} if read.answer.pk in held else _shown(read)
            yield dict.fromkeys(ANSWER) | row


def _answers_of(batch: list[Seen], reader: Reader) -> list[_Read]:
    """Return the answers of these attempts that their learner has come to (1 query, 1 more for versions not met before)."""
    by_pk = {attempt.pk: (attempt, seen) for attempt, seen in batch}
    ready = QuestionVersion.objects.ready().filter(question=OuterRef("version__question")).values("pk")[:1]
    rows = Answer.objects.filter(attempt__in=by_pk).order_by("attempt_id", "slot")
    found = list(rows.annotate(latest=Subquery(ready), is_kept=F("version__question__is_kept_for_exams")))
    versions = version_cache.get_many({pk for row in found for pk in (row.version_id, row.latest) if pk})
    read = [_Read(row, by_pk[row.attempt_id][0], _seen(row, *by_pk[row.attempt_id], reader), versions) for row in found]
    return [one for one in read if one.seen.anything or one.attempt.has_reached(one.answer.slot)]


def _seen(answer: Answer, attempt: Attempt, seen: terms.Revealed, reader: Reader) -> terms.Revealed:
    """Return what may be seen of an answer: in practice that goes on, more of what was checked."""
    if answer.is_checked and attempt.is_in_progress and attempt.preset == Preset.PRACTICE:
        return entitlements.revealed(attempt, reader.person, now=reader.now, is_checked=True)
    return seen


def _held_back(found: list[_Read], reader: Reader) -> dict[int, str]:
    """Return why answers stay out, by key (1 query where an exam is held).

    A file goes further than a page: what is asked by an exam whose results are not out is not in it, not even for who sits
    there. What is kept for exams is shown of an exam alone.
    """
    reasons: dict[int, str] = {}
    for is_exam in (True, False):
        some = [one for one in found if (one.attempt.preset in terms.WAITING_FOR_THE_END) is is_exam]
        kept = {one.version.question_id: bool(getattr(one.answer, "is_kept", False)) for one in some}
        secrecy = replace(reader.secrecy, sees_kept=is_exam or reader.secrecy.sees_kept)
        held = secrecy.held_back(kept) if some else {}
        reasons |= {
            one.answer.pk: held_words(held[one.version.question_id]) for one in some if one.version.question_id in held
        }
    return reasons


def _identity(answer: Answer) -> Row:
    return {
        "attempt": answer.attempt_id,
        "question_number": answer.slot,
        "points": answer.points,
        "answered_at": answer.saved_at,
        "late_by_ms": answer.late_by_ms,
        "device": answer.saved_from or None,
        "flagged": answer.is_flagged,
        "checked": answer.is_checked,
    }


def _shown(read: _Read) -> Row:
    """Return the question, the answer, and how it did as far as that may be seen."""
    answer, version, seen = read.answer, read.version, read.seen
    kind, spec = version.kind, version.parsed
    row: Row = {"question": spec.stem, "type": kind.key}
    if answer.is_answered:
        row["your_answer"] = kind.response_words(spec, answer.response)
    if seen.marks:
        row |= {"marks": answer.shown_marks, "comment": answer.comment or None, "marked_at": answer.marked_at}
    if seen.correctness:
        row["verdict"] = judged_cards.verdict(answer)
    if seen.right_answer and seen.correctness:
        row["right_answer"] = kind.model_answer(spec) or None
    if seen.explanation:
        latest = read.versions.get(getattr(answer, "latest", None) or 0, version)
        row["explanation"] = latest.parsed.explanation or None
    return row


# What happened --------------------------------------------------------------------------------------------------------

EVENT = [
    "attempt",
    "at",
    "what",
    "question_number",
    "answer_number",
    "device",
    "late_by_ms",
    "new_deadline",
    "reason",
    "by",
]


KINDS = dict(AttemptEvent.Kind.choices)  # looked up here: a log has thousands of rows, and Django's own way is slow


def events(reader: Reader) -> Iterator[Row]:
    """Yield the log of each attempt, as its page shows it: names of others are not in it."""
    for batch in _each(reader):
        seen = {attempt.pk: revealed for attempt, revealed in batch}
        rows = AttemptEvent.objects.filter(attempt__in=seen).order_by("attempt_id", "at", "pk")
        for some in batches(rows.iterator(chunk_size=AT_ONCE * 10)):
            for event in some:
                yield _event(event, reader, seen[event.attempt_id])


def _event(event: AttemptEvent, reader: Reader, seen: terms.Revealed) -> Row:
    may_see_reason = seen.marks or event.kind != AttemptEvent.Kind.REGRADED
    return {
        "attempt": event.attempt_id,
        "at": event.at,
        "what": str(KINDS[event.kind]),
        "question_number": event.slot,
        "answer_number": event.revision,
        "device": event.device or None,
        "late_by_ms": event.late_by_ms,
        "new_deadline": event.new_end if event.moves_end else None,
        "reason": event.details.get("reason") if may_see_reason else None,
        "by": _actor(event, reader),
    }


def _actor(event: AttemptEvent, reader: Reader) -> str:
    if event.actor_id == reader.person.pk or event.kind == AttemptEvent.Kind.SAVED:
        return _("you")
    return _("someone else") if event.actor_id else "Quizsite"
