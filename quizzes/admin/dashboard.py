"""The workshop's first page: its doors, and what needs the instructor today. Own things only, never a colleague's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.errors import Text
from quizzes.models import Attempt, Classroom, Notice, Question, QuestionVersion, Quiz, User
from quizzes.reports import marking_queue

DRAFTS, NOTICES = 3, 20


@dataclass(frozen=True)
class Door:
    """One of the ways in, with a line that says what is behind it."""

    name: Text
    note: str
    url: str


@dataclass(frozen=True)
class Need:
    """One thing to do: what it is, a word more about it, and the link that does it."""

    what: str
    note: str
    url: str
    act: str


def doors(user: User) -> list[Door]:
    """Return questions, quizzes, classes and marking (4 queries)."""
    return [
        Door(_("Questions"), _questions(user), reverse("admin:quizzes_question_changelist")),
        Door(_("Quizzes"), _quizzes(user), reverse("admin:quizzes_quiz_changelist")),
        Door(_("Classes"), _classes(user), reverse("quizzes:classroom_list")),
        Door(_("Marking"), _to_mark(marking_queue.waiting(user).count()), reverse("quizzes:marking_queue")),
    ]


def _questions(user: User) -> str:
    counts = (
        Question.objects.visible_to(user)
        .live()
        .order_by()
        .aggregate(all=Count("pk", distinct=True), own=Count("pk", filter=Q(owner=user), distinct=True))
    )
    return _("%(all)d, of which %(own)d yours") % counts


def _quizzes(user: User) -> str:
    quizzes = Quiz.objects.filter(owner=user)
    counts = quizzes.aggregate(
        published=Count("pk", filter=Q(status=Quiz.Status.PUBLISHED)), drafts=Count("pk", filter=Q(status="draft"))
    )
    drafts = ngettext("%(n)d draft", "%(n)d drafts", counts["drafts"]) % {"n": counts["drafts"]}
    return _("yours: %(published)d published, %(drafts)s") % {"published": counts["published"], "drafts": drafts}


def _classes(user: User) -> str:
    students = Q(memberships__role="student", memberships__status="active")
    counts = Classroom.objects.filter(pk__in=Classroom.objects.live().taught_by(user).values("pk")).aggregate(
        classes=Count("pk", distinct=True), students=Count("memberships", filter=students, distinct=True)
    )
    classes = ngettext("%(n)d class", "%(n)d classes", counts["classes"]) % {"n": counts["classes"]}
    people = ngettext("%(n)d student", "%(n)d students", counts["students"]) % {"n": counts["students"]}
    return f"{classes}, {people}"


def _to_mark(count: int) -> str:
    if not count:
        return _("nothing to mark")
    return ngettext("%(n)d answer to mark", "%(n)d answers to mark", count) % {"n": count}


def needs_of(user: User, *, now: datetime) -> list[Need]:
    """Return what the person should see to: marking, attempts left ungraded, drafts of their own (8 queries at most)."""
    return [*_marking(user), *_ungraded(user), *_drafts_of_questions(user), *_drafts_of_quizzes(user)]


def notices_of(user: User) -> list[Notice]:
    """Return what others did to the person's work, until they dismiss it."""
    return list(Notice.objects.waiting_for(user).select_related("actor", "quiz")[:NOTICES])


def _marking(user: User) -> Iterator[Need]:
    counted = marking_queue.waiting(user).order_by().values_list("attempt__quiz__title").annotate(n=Count("pk"))
    for title, count in counted.order_by("attempt__quiz__title"):
        yield Need(_to_mark(count), title, reverse("quizzes:marking_queue"), _("Mark"))


def _ungraded(user: User) -> Iterator[Need]:
    if count := Attempt.objects.managed_by(user).awaiting_grading().count():
        what = ngettext("%(n)d attempt is not graded yet", "%(n)d attempts are not graded yet", count) % {"n": count}
        url = reverse("admin:quizzes_attempt_changelist") + f"?status__exact={Attempt.Status.SUBMITTED}"
        yield Need(what, _("Grade them again from the list."), url, _("Open"))


def _drafts_of_questions(user: User) -> Iterator[Need]:
    questions = Question.objects.live().filter(owner=user)
    drafts = QuestionVersion.objects.filter(status=QuestionVersion.Status.DRAFT, question__in=questions)
    versions = drafts.select_related("question").order_by("-edited_at", "-pk")
    for draft in versions[:DRAFTS]:
        words = {"stem": Truncator(draft.stem).chars(70)}
        url = reverse("admin:quizzes_question_change", args=[draft.question_id])
        yield Need(_("Draft: “%(stem)s”") % words, draft.question.get_type_display(), url, _("Finish"))
    yield from _more(drafts, reverse("admin:quizzes_question_changelist") + "?state=draft&whose=mine")


def _drafts_of_quizzes(user: User) -> Iterator[Need]:
    drafts = Quiz.objects.filter(owner=user, status=Quiz.Status.DRAFT).order_by("-pk")
    for pk, title, count in drafts.annotate(n=Count("items")).values_list("pk", "title", "n")[:DRAFTS]:
        note = ngettext("Quiz, %(n)d question or rule", "Quiz, %(n)d questions or rules", count) % {"n": count}
        url = reverse("admin:quizzes_quiz_change", args=[pk])
        yield Need(_("Draft: “%(stem)s”") % {"stem": title}, note, url, _("Finish"))
    yield from _more(drafts, reverse("admin:quizzes_quiz_changelist") + "?status__exact=draft&whose=mine")


def _more(drafts: QuerySet[QuestionVersion] | QuerySet[Quiz], url: str) -> Iterator[Need]:
    """Yield one line for the drafts that are not named."""
    rest = drafts.count() - DRAFTS
    if rest > 0:
        what = ngettext("%(n)d more draft", "%(n)d more drafts", rest) % {"n": rest}
        yield Need(what, "", url, _("See all"))
