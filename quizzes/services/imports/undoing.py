"""Taking an import back: what it added goes where nobody used it, what it changed says again what it said before.

What was edited since, or is used by now, stays as it is and is named. A question whose new version was answered gets the
earlier content as the next version, so that no attempt loses what it was asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from quizzes.errors import ImportRejected
from quizzes.models import (
    ImportDraft,
    Notice,
    Question,
    QuestionSource,
    QuestionVersion,
    Quiz,
    Source,
    Tag,
    Topic,
    User,
)
from quizzes.question_types.texts import search_text
from quizzes.services import quizzes
from quizzes.services.imports import bulk
from quizzes.services.imports.bulk import Insertion
from quizzes.services.imports.changing import DESCRIBED
from quizzes.services.imports.comparing import stamps_of
from quizzes.services.imports.history import entries

Status, Stage = QuestionVersion.Status, ImportDraft.Stage
# Rows that belong to a question or a version, and are no use of it.
PARTS = frozenset({QuestionSource, QuestionVersion, Notice, Question.tags.through, Question.enemies.through})


@dataclass
class Undone:
    """What was taken back; `kept` has (question, why) of what was not."""

    removed: int = 0
    restored: int = 0
    kept: list[tuple[int, str]] = field(default_factory=list)
    quiz: str = ""  # a sentence about the quiz


@transaction.atomic
def undo(draft: ImportDraft, *, now: datetime) -> Undone:
    """Take an import back as far as it can be; raises ImportRejected where it was not made, or was taken back already."""
    locked = ImportDraft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    if locked.stage != Stage.DONE:
        raise ImportRejected(_("There is nothing to undo."))
    result, done = locked.result, Undone()
    done.quiz = _take_quiz_back(result, actor=draft.owner)
    _remove_new(result["new"], done, draft.owner)
    _restore_changed(result["changed"], done, draft.owner, now=now)
    _take_publication_back(result["published"], done)
    _remove_labels(result)
    locked.result, locked.stage = result | {"undone": asdict(done)}, Stage.UNDONE
    locked.save(update_fields=["result", "stage"])
    return done


def _take_quiz_back(result: dict[str, object], *, actor: User) -> str:
    key = result.get("quiz")
    quiz = Quiz.objects.filter(pk=key).first() if isinstance(key, int) else None
    if quiz is None:
        return ""
    if quizzes.is_referenced(quiz) or quiz.revision != result["quiz_revision"]:
        return _("The quiz “%(title)s” stays: it was edited, given to a class or taken since.") % {"title": quiz.title}
    title = quiz.title
    quiz.delete()
    return _("The quiz “%(title)s” was removed.") % {"title": title}


# New --------------------------------------------------------------------------------------------------------------------


def _remove_new(added: Sequence[Sequence[Any]], done: Undone, actor: User) -> None:
    stamps = {int(pk): stamp for pk, stamp in added}
    questions = _locked(stamps)
    edited, used = _edited(questions, stamps), _used(Question, [question.pk for question in questions])
    gone = []
    for question in questions:
        if question.pk in used:
            done.kept.append((question.pk, _("It is in a quiz, or was answered.")))
        elif question.pk in edited:
            done.kept.append((question.pk, _("It was edited since.")))
        else:
            gone.append(question)
    _record(gone, DELETION, actor)
    _delete([question.pk for question in gone])
    done.removed = len(gone)


def _delete(pks: Sequence[int]) -> None:
    """Delete questions with their parts, in as many statements as there are kinds of parts."""
    for some in _chunks(pks):
        Question.objects.filter(pk__in=some).delete()


def _chunks(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the keys in parts that one statement can name."""
    return (pks[start : start + 1000] for start in range(0, len(pks), 1000))


def _record(questions: Sequence[Question], action: int, actor: User) -> None:
    Insertion(LogEntry, entries(questions, action, _("The import was undone."), actor)).write()


def _locked(pks: Iterable[int]) -> list[Question]:
    return list(Question.objects.select_for_update(no_key=True).filter(pk__in=list(pks)).order_by("pk"))


def _edited(questions: Sequence[Question], stamps: dict[int, str]) -> set[int]:
    now = stamps_of(str(question.uuid) for question in questions)
    return {one.pk for one in questions if now.get(str(one.uuid)) != stamps[one.pk]}


def _used(model: type[Question] | type[QuestionVersion], pks: Sequence[int]) -> set[int]:
    """Return which of the rows something else refers to, whatever it is: attempts, quizzes, cards of review."""
    used: set[int] = set()
    for other, name in _referring(model):
        if other not in PARTS:
            rows = other._default_manager.filter(**{f"{name}__in": pks}).order_by()
            used |= set(rows.values_list(f"{name}_id", flat=True).distinct())
    if model is Question:
        versions = dict(QuestionVersion.objects.filter(question__in=pks).values_list("pk", "question"))
        used |= {versions[pk] for pk in _used(QuestionVersion, list(versions))}
    return used


def _referring(model: Any) -> list[tuple[Any, str]]:
    """Return every model with a column that refers to the rows of this one, and the name of the column."""
    fields = model._meta.get_fields(include_hidden=True)
    relations = (field for field in fields if field.auto_created and not field.concrete and not field.many_to_many)
    return [(field.related_model, field.field.name) for field in relations]


# Changed ----------------------------------------------------------------------------------------------------------------


def _restore_changed(changed: Sequence[dict[str, Any]], done: Undone, actor: User, *, now: datetime) -> None:
    notes = {note["question"]: note for note in changed}
    questions = _locked(notes)
    edited = _edited(questions, {pk: note["stamp"] for pk, note in notes.items()})
    done.kept += [(question.pk, _("It was edited since.")) for question in questions if question.pk in edited]
    back = [question for question in questions if question.pk not in edited]
    made = {
        version.question_id: version
        for version in QuestionVersion.objects.filter(question__in=back).order_by("number")
        if version.number == notes[version.question_id].get("number")
    }
    _take_versions_back(made, notes, actor=actor, now=now)
    described = []
    for question in back:
        changes = {
            "topic_id" if name == "topic" else name: one for name, one in notes[question.pk]["described"].items()
        }
        if any(getattr(question, name) != value for name, value in changes.items()):
            described.append(question)
        for name, value in changes.items():
            setattr(question, name, value)
    bulk.update(described, DESCRIBED)
    _restore_tags(back, notes)
    _restore_places(back, notes)
    _record(back, CHANGE, actor)
    done.restored = len(back)


def _take_versions_back(
    made: Mapping[int, QuestionVersion], notes: Mapping[int, dict[str, Any]], *, actor: User, now: datetime
) -> None:
    """Remove the versions, or say what was said before in the next one where attempts have them."""
    used = _used(QuestionVersion, [version.pk for version in made.values()])
    rewritten, gone, retired = [], [], []
    for question, version in made.items():
        note = notes[question]
        if version.pk in used:
            _say_again(version, note, actor=actor, now=now)
        elif "draft" in note:  # the draft in its earlier words
            version.spec, version.search_text = note["draft"], search_text(note["draft"])
            version.status, version.published_at = Status.DRAFT, None
            version.revision += 1
            rewritten.append(version)
            retired.append(note["retired"])
        else:
            gone.append(version.pk)
            retired.append(note["retired"])
    bulk.update(rewritten, ("spec", "search_text", "status", "published_at", "revision"))
    for some in _chunks(gone):
        QuestionVersion.objects.filter(pk__in=some).delete()
    QuestionVersion.objects.filter(pk__in=[pk for pk in retired if pk]).update(status=Status.READY)


def _say_again(version: QuestionVersion, note: dict[str, object], *, actor: User, now: datetime) -> None:
    earlier = QuestionVersion.objects.filter(pk=note["retired"]).first()
    is_ready = earlier is not None
    if is_ready:
        QuestionVersion.objects.filter(pk=version.pk).update(status=Status.RETIRED)
    QuestionVersion.objects.create(
        question_id=version.question_id,
        number=version.number + 1,
        spec=earlier.spec if earlier else note.get("draft", version.spec),
        status=Status.READY if is_ready else Status.DRAFT,
        revision=version.revision + 1,
        edited_by=actor,
        edited_at=now,
        published_at=now if is_ready else None,
    )


def _restore_tags(back: Sequence[Question], notes: dict[int, dict[str, Any]]) -> None:
    through = Question.tags.through
    wanted = {question.pk: set(notes[question.pk]["tags"]) for question in back}
    extra = [
        pk
        for pk, question, tag in through.objects.filter(question__in=back).values_list("pk", "question", "tag")
        if tag not in wanted[question]
    ]
    through.objects.filter(pk__in=extra).delete()


def _restore_places(back: Sequence[Question], notes: dict[int, dict[str, Any]]) -> None:
    rows: dict[int, list[list[Any]]] = {question.pk: [] for question in back}
    places = QuestionSource.objects.filter(question__in=back).order_by("pk")
    for question, *place in places.values_list("question", "source", "paragraph", "evidence"):
        rows[question].append(place)
    other = [question for question in back if rows[question.pk] != notes[question.pk]["places"]]
    QuestionSource.objects.filter(question__in=other).delete()
    QuestionSource.objects.bulk_create(
        QuestionSource(question=question, source_id=source, paragraph=paragraph, evidence=evidence)
        for question in other
        for source, paragraph, evidence in notes[question.pk]["places"]
    )


# The rest ---------------------------------------------------------------------------------------------------------------


def _take_publication_back(published: Sequence[int], done: Undone) -> None:
    """Make a draft again what was one before, unless it is used."""
    versions = QuestionVersion.objects.filter(pk__in=published, status=Status.READY)
    questions = dict(versions.values_list("pk", "question"))
    used = _used(Question, list(questions.values()))
    words = _("It stays published: it is in a quiz, or was answered.")
    done.kept += [(question, words) for question in questions.values() if question in used]
    back = [pk for pk, question in questions.items() if question not in used]
    QuestionVersion.objects.filter(pk__in=back).update(status=Status.DRAFT, published_at=None)


def _remove_labels(result: dict[str, Any]) -> None:
    """Delete topics, tags and sources that were made for the import and that nothing has."""
    for model, pks in ((Topic, result["topics"]), (Tag, result["tags"]), (Source, result.get("sources", []))):
        _unused(model, pks).delete()


def _unused(model: Any, pks: Sequence[int]) -> QuerySet[Any]:
    unused: QuerySet[Any] = model.objects.filter(pk__in=pks)
    for other, name in _referring(model):
        unused = unused.exclude(pk__in=other._default_manager.filter(**{f"{name}__in": pks}).order_by().values(name))
    return unused
