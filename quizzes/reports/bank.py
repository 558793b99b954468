"""The bank by source and by topic: all of it with keys for instructors, for students what they have met."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Prefetch, Q, QuerySet

from quizzes import entitlements, terms
from quizzes.models import Answer, Attempt, Question, QuestionSource, QuestionVersion, User


@dataclass(frozen=True)
class ListedQuestion:
    """One question in a list; `answer` is empty while it may not be seen."""

    question: Question
    stem: str
    type_name: object
    paragraphs: tuple[int, ...]
    answer: str = ""
    explanation: str = ""
    own_answer: str = ""


def entries(reader: User, questions: QuerySet[Question], *, now: datetime) -> list[ListedQuestion]:
    """Return those of the questions that a person may meet: to instructors what they may see, to students what they met."""
    questions = entitlements.secrecy_of(reader, now=now).without_secret(questions)
    if reader.is_instructor:
        return all_entries(questions.filter(pk__in=Question.objects.visible_to(reader).values("pk")))
    questions = questions.filter(is_kept_for_exams=False)
    return met_entries(reader, questions, lambda attempt: entitlements.revealed(attempt, reader, now=now))


def all_entries(questions: QuerySet[Question]) -> list[ListedQuestion]:
    """Return every question that can be asked, with its right answer (3 queries)."""
    ready = QuestionVersion.objects.ready().select_related("question")
    rows = (
        questions.live()  # type: ignore[attr-defined]
        .select_related("topic")
        .prefetch_related(Prefetch("versions", queryset=ready, to_attr="ready_versions"), "places__source")
        .order_by("pk")
        .distinct()
    )
    return [_entry(row, row.ready_versions[0], row.places.all()) for row in rows if row.ready_versions]


def met_entries(
    learner: User, questions: QuerySet[Question], revealed: Callable[[Attempt], terms.Revealed]
) -> list[ListedQuestion]:
    """Return questions the learner met in finished attempts, each with as much as its latest attempt may show (2 queries and
    what `revealed` needs)."""
    answers = (
        Answer.objects.filter(attempt__learner=learner, version__question__in=questions)
        .filter(Q(attempt__reached_slot=0) | Q(slot__lte=F("attempt__reached_slot")))
        .exclude(attempt__status=Attempt.Status.IN_PROGRESS)
        .select_related("version__question__topic", "attempt__quiz", "attempt__assignment__quiz")
        .prefetch_related("version__question__places__source")
        .order_by("-attempt__submitted_at", "slot")
    )
    entries: dict[int, ListedQuestion] = {}
    for answer in answers:
        version = answer.version
        if version.question_id in entries:
            continue
        may = revealed(answer.attempt)
        entry = _entry(version.question, version, version.question.places.all(), may)
        answer_words = version.kind.response_words(version.parsed, answer.response) if answer.is_answered else ""
        entries[version.question_id] = ListedQuestion(**{**entry.__dict__, "own_answer": answer_words})
    return list(entries.values())


def _entry(
    question: Question,
    version: QuestionVersion,
    places: Iterable[QuestionSource],
    may: terms.Revealed = terms.EVERYTHING,
) -> ListedQuestion:
    return ListedQuestion(
        question=question,
        stem=version.stem,
        type_name=version.kind.name,
        paragraphs=tuple(sorted({place.paragraph for place in places})),
        answer=version.kind.model_answer(version.parsed) if may.right_answer else "",
        explanation=version.parsed.explanation if may.explanation else "",
    )
