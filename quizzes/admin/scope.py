"""Who sees what in the admin: every list, object page, choice, filter and action starts from one table of scopes.

Staff need no Django permissions: an instructor may do here what the scope of the model allows, on the rows it gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar, cast

from django.db.models import ForeignKey, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from quizzes import clock, entitlements
from quizzes.models import (
    Accommodation,
    Assignment,
    Attempt,
    Classroom,
    InstructorInvitation,
    Membership,
    Question,
    Quiz,
    QuizItem,
    Source,
    StudyNote,
    Tag,
    Topic,
    User,
)
from quizzes.models.reference import STUDY_MODELS
from quizzes.models.study import StudyContent
from quizzes.reports import study

Row = TypeVar("Row", bound=Model)
Scope = Callable[[User], "QuerySet[Model]"]


def person(request: HttpRequest) -> User:
    """Return the instructor who asks; the site lets nobody else in."""
    return cast(User, request.user)


class HasOwner(Protocol):
    """A row of any model that instructors own."""

    @property
    def owner(self) -> User | None: ...


def owner_name(row: HasOwner) -> str:
    """Return whose it is, in a list; a row that was fetched with its owner asks nothing."""
    return row.owner.full_name if row.owner else _("the site")


def preview_link(address: str, title: str) -> str:
    """Return a link to a preview, in a list; it says of what to those who hear it alone."""
    words = '<a href="{}">{}<span class="visually-hidden"> {}</span></a>'
    return format_html(words, address, _("Preview"), title)


def _editable(model: type[StudyContent]) -> Scope:
    return lambda user: model.objects.editable_by(user)


def _visible(model: type[StudyContent]) -> Scope:
    return lambda user: model.objects.visible_to(user)


def _usable(model: type[StudyContent]) -> Scope:
    return lambda user: model.objects.usable_by(user)


def _by_administrators(model: type[Model]) -> Scope:
    manager = model._default_manager
    return lambda user: manager.all() if user.is_superuser else manager.none()


# What an instructor manages: may change, act on, delete. Topics and tags are for all to add and for administrators to change.
MANAGED: dict[type[Model], Scope] = {
    User: _by_administrators(User),
    InstructorInvitation: _by_administrators(InstructorInvitation),
    Topic: _by_administrators(Topic),
    Tag: _by_administrators(Tag),
    Source: lambda user: Source.objects.editable_by(user),
    Question: lambda user: _without_secret_questions(Question.objects.editable_by(user), user),
    Quiz: lambda user: _without_secret_quizzes(Quiz.objects.editable_by(user), user),
    Classroom: lambda user: Classroom.objects.taught_by(user),
    Membership: lambda user: Membership.objects.filter(classroom__in=Classroom.objects.taught_by(user)),
    Assignment: lambda user: Assignment.objects.managed_by(user),
    Accommodation: lambda user: Accommodation.objects.filter(
        assignment__classroom__in=Classroom.objects.taught_by(user)
    ),
    Attempt: lambda user: Attempt.objects.managed_by(user),
    **{model: _editable(model) for model in STUDY_MODELS},
    StudyNote: lambda user: _without_secret_cases(StudyNote.objects.editable_by(user), user),
}
# What they may look at, where that is more.
SEEN: dict[type[Model], Scope] = {
    Topic: lambda user: Topic.objects.all(),
    Tag: lambda user: Tag.objects.all(),
    Source: lambda user: Source.objects.visible_to(user),
    Question: lambda user: _without_secret_questions(Question.objects.visible_to(user), user),
    Quiz: lambda user: _without_secret_quizzes(Quiz.objects.shown_to(user), user),
    **{model: _visible(model) for model in STUDY_MODELS},
    StudyNote: lambda user: _without_secret_cases(StudyNote.objects.visible_to(user), user),
}
# What they may choose, where that is something else than what they manage.
CHOSEN: dict[type[Model], Scope] = {
    Topic: SEEN[Topic],
    Tag: SEEN[Tag],
    Source: lambda user: Source.objects.usable_by(user),
    # What is in a quiz that they may change stays there, whatever its owner allows now.
    Question: lambda user: _without_secret_questions(
        Question.objects.usable_by(user) | Question.objects.filter(pk__in=_asked_by(Quiz.objects.editable_by(user))),
        user,
    ),
    Quiz: lambda user: Quiz.objects.usable_by(user).exclude(status=Quiz.Status.ARCHIVED),
    **{model: _usable(model) for model in STUDY_MODELS},
}


def _without_secret_questions(questions: QuerySet[Question], user: User) -> QuerySet[Question]:
    """Return them without what an exam asks that the instructor takes as a student of another class; their own stay."""
    return entitlements.secrecy_of(user, now=clock.now()).without_secret(questions)


def _without_secret_quizzes(quizzes: QuerySet[Quiz], user: User) -> QuerySet[Quiz]:
    """Return them without quizzes of others that are such an exam, or ask its questions."""
    secrecy = entitlements.secrecy_of(user, now=clock.now())
    if not secrecy.exams:
        return quizzes
    asking = QuizItem.objects.filter(question__in=secrecy.questions.order_by().values("pk")).order_by()
    is_secret = Q(pk__in=[exam.quiz_id for exam in secrecy.exams]) | Q(pk__in=asking.values("quiz"))
    return quizzes.exclude(is_secret & (Q(owner=None) | ~Q(owner=user)))


def _without_secret_cases(notes: QuerySet[StudyNote], user: User) -> QuerySet[StudyNote]:
    """Return them without cases that an exam asks about, which the instructor takes as a student; their own stay."""
    return study.without_secret_cases(notes, user, now=clock.now()) | notes.filter(owner=user)


def _asked_by(quizzes: QuerySet[Quiz]) -> QuerySet[QuizItem, Mapping[str, object]]:
    return QuizItem.objects.filter(quiz__in=quizzes.order_by(), question__isnull=False).order_by().values("question")


def managed(model: type[Row], user: User) -> QuerySet[Row]:
    """Return the rows of a model that a person manages."""
    return _rows(model, user, MANAGED)


def seen(model: type[Row], user: User) -> QuerySet[Row]:
    """Return the rows of a model that a person may look at."""
    return _rows(model, user, MANAGED | SEEN)


def choices(field: ForeignKey[Any, Any], user: User) -> QuerySet[Model]:
    """Return the rows a person may choose for a foreign key."""
    return _rows(field.related_model, user, MANAGED | CHOSEN)


def _rows(model: type[Row], user: User, scopes: dict[type[Model], Scope]) -> QuerySet[Row]:
    if not user.is_instructor:
        return model._default_manager.none()
    if model not in scopes:
        return model._default_manager.all()
    return cast("QuerySet[Row]", scopes[model](user))  # the table has for each model rows of that model
