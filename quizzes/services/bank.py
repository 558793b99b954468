"""The question bank: writing drafts, publishing, archiving. The only writer of questions and their versions.

Race, and what decides it: two authors at one question wait for each other at the question's row, and the second is told
by `EditConflict` who changed it and when. The revision grows through all versions of a question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError, QuerySet
from django.utils.translation import gettext as _

from quizzes import question_types
from quizzes.errors import EditConflict, NotFound, NotPublishable, NotYours, QuizError
from quizzes.models import Question, QuestionSource, QuestionVersion, Quiz, Source, Tag, User, Visibility
from quizzes.question_types.faults import InvalidSpec
from quizzes.services import guests, notices, topics
from quizzes.services.question_use import is_referenced, was_published
from quizzes.services.readiness import faults

Status = QuestionVersion.Status

IGNORED = "ignored"  # stands for the reason where none was given


@dataclass(frozen=True)
class Citation:
    """A paragraph of a source, with a phrase that stands there."""

    source: Source
    paragraph: int
    evidence: str = ""


@dataclass(frozen=True)
class Identity:
    """What is said about a question next to its content; tags are slugs. Without a visibility it stays as it is."""

    topic: str  # its name as typed; empty for none
    difficulty: str
    bloom: str
    tags: Sequence[str] = ()
    places: Sequence[Citation] = ()
    visibility: str = ""
    is_kept_for_exams: bool | None = None  # None: as it is


# Writing --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_question(
    kind: str, spec: Mapping[str, object], identity: Identity, *, actor: User, now: datetime
) -> QuestionVersion:
    """Return a new question with its first draft; raises InvalidSpec for content its type refuses and that is not
    `unfinished`."""
    question = Question.objects.create(type=kind, difficulty=identity.difficulty, bloom=identity.bloom, owner=actor)
    _describe(question, identity, actor)
    return QuestionVersion.objects.create(
        question=question,
        number=1,
        spec=question_types.kept(question.type, spec),
        revision=1,
        edited_by=actor,
        edited_at=now,
    )


@transaction.atomic
def save_draft(
    question: Question,
    spec: Mapping[str, object],
    *,
    actor: User,
    now: datetime,
    expected_revision: int,
    identity: Identity | None = None,
) -> QuestionVersion:
    """Save content (and identity); a draft is opened from the published version when the content differs from it.

    Raises EditConflict when the stored revision is not `expected_revision`, InvalidSpec for content the type refuses.
    """
    locked = _locked(question.pk, actor)
    latest = _latest(locked)
    _refuse_if_changed(latest, expected_revision)
    content = question_types.kept(locked.type, spec)
    if identity is not None:
        _describe(locked, identity, actor)
    if not latest.is_draft and content != _stored(locked, latest):
        latest = QuestionVersion(question=locked, number=latest.number + 1)
    if latest.is_draft:
        latest.spec = content
    latest.revision = expected_revision + 1
    latest.edited_by, latest.edited_at = actor, now
    latest.save()
    return latest


def _stored(question: Question, version: QuestionVersion) -> dict[str, object] | None:
    """Return the version's content as it would be stored today; None for content of another time that no longer fits."""
    try:
        return question_types.normalized(question.type, version.spec)
    except InvalidSpec:
        return None


def _locked(pk: int, actor: User | None) -> Question:
    """Return the question, locked; raises NotYours where the actor may not change it. None stands for the site's
    command line."""
    question = Question.objects.select_for_update(no_key=True).get(pk=pk)
    if actor is not None and not question.is_editable_by(actor):
        raise NotYours
    return question


def _latest(question: Question) -> QuestionVersion:
    latest = question.versions.select_related("edited_by").order_by("-number").first()
    if latest is None:
        raise QuizError(_("This question has no version to edit."))
    return latest


def _refuse_if_changed(version: QuestionVersion, expected_revision: int | None) -> None:
    if expected_revision is not None and version.revision != expected_revision:
        editor = version.edited_by.full_name if version.edited_by else ""
        raise EditConflict(editor, version.edited_at, revision=version.revision)


def _describe(question: Question, identity: Identity, actor: User) -> None:
    question.topic = topics.named(identity.topic)
    question.difficulty, question.bloom = identity.difficulty, identity.bloom
    if identity.visibility and question.is_owned_by(actor):
        question.visibility = identity.visibility
    if identity.is_kept_for_exams is not None:
        question.is_kept_for_exams = identity.is_kept_for_exams
    question.save(update_fields=["topic", "difficulty", "bloom", "visibility", "is_kept_for_exams"])
    question.tags.set([Tag.objects.get_or_create(slug=slug)[0] for slug in dict.fromkeys(identity.tags)])
    stored = {(place.source_id, place.paragraph): place for place in question.places.all()}
    for place in identity.places:
        row = stored.pop((place.source.pk, place.paragraph), None) or QuestionSource(
            question=question, source=place.source, paragraph=place.paragraph
        )
        row.evidence = place.evidence
        row.save()
    for row in stored.values():
        row.delete()


# Publishing -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def acknowledge(question: Question, reasons: Mapping[str, str], *, actor: User) -> None:
    """Put suggestions aside by rule; a reason may be left blank. What blocks cannot be put aside."""
    locked = _locked(question.pk, actor)
    accepted = {row["rule"]: row for row in locked.acknowledged}
    accepted.update({rule: {"rule": rule, "reason": text.strip() or IGNORED} for rule, text in reasons.items()})
    locked.acknowledged = list(accepted.values())
    locked.save(update_fields=["acknowledged"])


@transaction.atomic
def publish(
    version: QuestionVersion, *, actor: User, now: datetime, expected_revision: int | None = None
) -> QuestionVersion:
    """Make a draft the version that is asked; the one before it is retired. Attempts already made keep theirs.

    Raises NotPublishable with every fault, EditConflict when the draft changed since it was looked at.
    """
    question = _locked(version.question_id, actor)
    draft = question.versions.select_related("edited_by").get(pk=version.pk)
    if not draft.is_draft:
        raise QuizError(_("Version %(number)d is published already.") % {"number": draft.number})
    _refuse_if_changed(draft, expected_revision)
    problems = faults(draft)
    if problems:
        raise NotPublishable(
            _("This question cannot be published yet: %(faults)s") % {"faults": "; ".join(problems)}, faults=problems
        )
    show_once_published(question)
    question.versions.ready().update(status=Status.RETIRED)
    draft.status, draft.published_at = Status.READY, now
    draft.edited_by, draft.edited_at = draft.edited_by or actor, draft.edited_at or now
    draft.save()
    notices.tell_of_question(question, "published", actor=actor, now=now)
    return draft


def show_once_published(question: Question) -> None:
    """Let others see and copy a private question from its first publication on; later its owner's choice stands."""
    if not was_published(question) and question.owner_id and question.visibility == Visibility.PRIVATE:
        question.visibility = Visibility.COPY
        question.save(update_fields=["visibility"])


@transaction.atomic
def retire(question: Question, *, actor: User, now: datetime) -> None:
    """Take the published version out of use without a successor."""
    locked = _locked(question.pk, actor)
    if not locked.versions.ready().update(status=Status.RETIRED):
        raise QuizError(_("This question has no published version."))
    notices.tell_of_question(locked, "retired", actor=actor, now=now)


@transaction.atomic
def go_back(question: Question, number: int, *, actor: User, now: datetime) -> QuestionVersion:
    """Open a new draft that says what an earlier version says; that one, and those between, stay as they are.

    Raises QuizError where a draft is open, which would be lost, or where it would change nothing.
    """
    locked = _locked(question.pk, actor)
    latest, earlier = _latest(locked), locked.versions.exclude(status=Status.DRAFT).filter(number=number).first()
    if earlier is None:
        raise NotFound
    if latest.is_draft:
        raise QuizError(_("Version %(n)d is an open draft. Publish or discard it first.") % {"n": latest.number})
    content = _stored(locked, earlier)
    if content is None:
        raise QuizError(_("Version %(n)d can no longer be edited.") % {"n": number})
    if content == _stored(locked, latest):
        raise QuizError(_("Version %(n)d already says the same.") % {"n": latest.number})
    return QuestionVersion.objects.create(
        question=locked,
        number=latest.number + 1,
        spec=content,
        revision=latest.revision + 1,
        edited_by=actor,
        edited_at=now,
    )


@transaction.atomic
def discard_draft(question: Question, *, actor: User, expected_revision: int) -> None:
    """Throw the draft away and go back to the published version."""
    locked = _locked(question.pk, actor)
    latest = _latest(locked)
    _refuse_if_changed(latest, expected_revision)
    if not latest.is_draft or latest.number == 1:
        raise QuizError(_("There is no draft besides a published version."))
    latest.delete()
    # The revision goes on from the draft's, so that a form opened before is still told that something changed.
    locked.versions.filter(number=latest.number - 1).update(revision=latest.revision + 1)


@transaction.atomic
def archive(question: Question, *, actor: User | None, now: datetime) -> None:
    """Hide the question from lists and draws; attempts and quizzes that have it keep it."""
    locked = _locked(question.pk, actor)
    Question.objects.filter(pk=question.pk).update(is_archived=True)
    notices.tell_of_question(locked, "archived", actor=actor, now=now)


@transaction.atomic
def restore(question: Question, *, actor: User) -> None:
    _locked(question.pk, actor)
    Question.objects.filter(pk=question.pk).update(is_archived=False)


def keep_for_exams(questions: QuerySet[Question]) -> int:
    """Let nothing but exams ask the questions from now on; returns how many were not kept before."""
    return questions.filter(is_kept_for_exams=False).update(is_kept_for_exams=True)


def release(questions: QuerySet[Question]) -> int:
    """Let practice and other quizzes ask the questions again; returns how many were kept."""
    return questions.filter(is_kept_for_exams=True).update(is_kept_for_exams=False)


def keep_those_of(quiz: Quiz, owner: User) -> int:
    """Keep for exams what an exam asks of its owner's questions; returns how many were not kept before."""
    return keep_for_exams(Question.objects.filter(pk__in=quiz.items.values("question"), owner=owner))


@transaction.atomic
def delete(question: Question, *, actor: User) -> None:
    """Delete a question that nothing refers to, with the guests who were asked it; others are refused with a sentence."""
    refusal = QuizError(_("This question is in a quiz or in attempts; archive it instead."))
    if is_referenced(_locked(question.pk, actor)):
        raise refusal
    guests.forget(guests.asked(question))
    try:
        question.delete()
    except ProtectedError as error:
        raise refusal from error
