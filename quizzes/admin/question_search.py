"""How questions are found in the workshop: by what one reads in them, and by filters that say how many each would leave."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KT
from django.http import HttpRequest
from django.utils.text import smart_split, unescape_string_literal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import question_types
from quizzes.admin.scope import person
from quizzes.admin.scoped import ScopedFilter
from quizzes.models import Question, QuestionVersion, QuizItem, Tag, Topic, User
from quizzes.models.classification import Difficulty
from quizzes.question_types.folding import folded
from quizzes.question_types.texts import BETWEEN

Status = QuestionVersion.Status
BAR = "admin/quizzes/question/_filter.html"
MOST_WORDS = 10  # of a search; each is a condition of its own


def with_stem(questions: QuerySet[Question], user: User) -> QuerySet[Question]:
    """Return questions with the stem of the latest version that the person may see, and the states of these versions."""
    versions = QuestionVersion.objects.visible_to(user).filter(question=OuterRef("pk"))
    latest = versions.order_by("-number")
    return questions.annotate(
        stem=Subquery(latest.annotate(text=KT("spec__stem")).values("text")[:1]),
        latest_seen=Subquery(latest.values("number")[:1]),
        has_ready=Exists(versions.filter(status=Status.READY)),
        has_draft=Exists(versions.filter(status=Status.DRAFT)),
        is_used=Exists(QuizItem.objects.filter(question=OuterRef("pk"))),
    ).alias(read=Subquery(latest.values("search_text")[:1]))


def searched(questions: QuerySet[Question], term: str) -> QuerySet[Question]:
    """Return those with every word of the term in their texts, topic or tags (or with that id), the nearest first."""
    try:
        return questions.filter(uuid=uuid.UUID(term.strip()))
    except ValueError:
        pass
    for word in _words(term):
        tagged = Question.tags.through.objects.filter(question=OuterRef("pk"), tag__slug__icontains=word)
        questions = questions.filter(Q(read__contains=folded(word)) | Q(topic__name__icontains=word) | Exists(tagged))
    return questions.alias(distance=_distance(folded(term))).order_by("distance", "-pk")


def _words(term: str) -> list[str]:
    """Return the words of a search; what stands between quotation marks is one."""
    bits = [unescape_string_literal(bit) if bit[0] == bit[-1] in "\"'" else bit for bit in smart_split(term)]
    return [bit for bit in bits if folded(bit)][:MOST_WORDS]


def _distance(term: str) -> Case:
    """Return 0 where the term is the whole stem, 1 where the stem begins with it, 2 where it stands in one piece, else 3."""
    return Case(
        When(Q(read=term) | Q(read__startswith=term + BETWEEN), then=Value(0)),
        When(read__startswith=term, then=Value(1)),
        When(read__contains=term, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


# Filters --------------------------------------------------------------------------------------------------------------


class Facets:
    """How many questions each choice of the bar has, all asked for together (4 queries); archived ones only as such."""

    def __init__(self, questions: QuerySet[Question], user: User) -> None:
        conditions = {
            f"{one.parameter_name}_{value}": condition
            for one in (WhoseQuestions, StateFilter, UseFilter)
            for value, (_name, condition) in one.conditions(user).items()
        }
        self.conditions = questions.order_by().aggregate(
            **{name: Count("pk", filter=condition) for name, condition in conditions.items()}
        )
        pks = questions.filter(is_archived=False).order_by().values("pk")
        self.columns: dict[str, Counter[object]] = {"type": Counter(), "topic": Counter(), "difficulty": Counter()}
        rows = Question.objects.filter(pk__in=pks).order_by().values_list(*self.columns).annotate(n=Count("pk"))
        for *values, count in rows:
            for name, value in zip(self.columns, values, strict=True):
                self.columns[name][value] += count
        tags = Question.tags.through.objects.filter(question__in=pks).order_by()
        self.columns["tags"] = Counter(dict(tags.values_list("tag").annotate(Count("pk"))))

    @classmethod
    def of(cls, request: HttpRequest, model_admin: ModelAdmin[Question]) -> Facets:
        """Return those of the page that is asked for, counted once."""
        counted: Facets | None = request.__dict__.get("question_facets")
        if counted is None:
            counted = request.__dict__["question_facets"] = cls(model_admin.get_queryset(request), person(request))
        return counted


class BarFilter(admin.SimpleListFilter):
    """A filter of the bar. `conditions` are its choices by value: what each is called, and the condition."""

    template = BAR

    @staticmethod
    def conditions(user: User) -> dict[str, tuple[str, Q]]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Question]) -> list[tuple[str, str]]:
        counts = Facets.of(request, model_admin).conditions
        conditions = self.conditions(person(request))
        return [
            (value, counted(name, counts[f"{self.parameter_name}_{value}"])) for value, (name, _q) in conditions.items()
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        condition = self.conditions(person(request)).get(self.value() or "")
        return queryset.filter(condition[1]) if condition else queryset


def counted(name: object, count: int) -> str:
    return f"{name} ({count})"


class WhoseQuestions(BarFilter):
    title = gettext_lazy("owner")
    parameter_name = "whose"

    @staticmethod
    def conditions(user: User) -> dict[str, tuple[str, Q]]:
        mine, site, live = Q(owner=user), Q(owner=None), Q(is_archived=False)
        return {
            "mine": (_("mine"), mine & live),
            "site": (_("the site"), site & live),
            "others": (_("colleagues"), ~mine & ~site & live),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        """Return archived ones too, where they are asked for."""
        mine, site = Q(owner=person(request)), Q(owner=None)
        return queryset.filter({"mine": mine, "site": site, "others": ~mine & ~site}.get(self.value() or "", Q()))


class UseFilter(BarFilter):
    title = gettext_lazy("use")
    parameter_name = "use"

    @staticmethod
    def conditions(user: User) -> dict[str, tuple[str, Q]]:
        return {
            "none": (_("not in any quiz"), Q(is_used=False, is_archived=False)),
            "some": (_("in a quiz"), Q(is_used=True, is_archived=False)),
        }


class StateFilter(BarFilter):
    """Where questions stand; archived ones are listed only when asked for."""

    title = gettext_lazy("status")
    parameter_name = "state"

    @staticmethod
    def conditions(user: User) -> dict[str, tuple[str, Q]]:
        live = Q(is_archived=False)
        return {
            "ready": (_("published"), live & Q(has_ready=True)),
            "draft": (_("with a draft"), live & Q(has_draft=True)),
            "new": (_("never published"), live & Q(has_ready=False)),
            "archived": (_("archived"), Q(is_archived=True)),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        return super().queryset(request, queryset) if self.value() else queryset.filter(is_archived=False)


class ColumnFilter(admin.SimpleListFilter):
    """Values of a column that some question has, with how many."""

    template = BAR
    column = ""

    def names(self, values: Iterable[object]) -> Iterator[tuple[object, object]]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Question]) -> list[tuple[str, str]]:
        counts = Facets.of(request, model_admin).columns[self.column]
        return [(str(value), counted(name, counts[value])) for value, name in self.names(counts) if value in counts]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        known = dict(self.lookup_choices)
        value = self.value()
        return queryset.filter(**{self.column: value}) if value in known else queryset


class TypeFilter(ColumnFilter):
    title = gettext_lazy("type")
    parameter_name = column = "type"

    def names(self, values: Iterable[object]) -> Iterator[tuple[object, object]]:
        return iter(question_types.choices())


class TopicFilter(ColumnFilter):
    title = gettext_lazy("topic")
    parameter_name = column = "topic"

    def names(self, values: Iterable[object]) -> Iterator[tuple[object, object]]:
        return iter(Topic.objects.values_list("pk", "name"))


class DifficultyFilter(ColumnFilter):
    title = gettext_lazy("difficulty")
    parameter_name = column = "difficulty"

    def names(self, values: Iterable[object]) -> Iterator[tuple[object, object]]:
        return iter(Difficulty.choices)


class TagFilter(ColumnFilter):
    title = gettext_lazy("tag")
    parameter_name = "tag"
    column = "tags"

    def names(self, values: Iterable[object]) -> Iterator[tuple[object, object]]:
        return iter(Tag.objects.values_list("pk", "slug"))


class BarChoices(admin.ChoicesFieldListFilter):
    template = BAR


class BarBoolean(admin.BooleanFieldListFilter):
    template = BAR


class BarRelated(ScopedFilter):
    template = BAR


FILTERS = (
    WhoseQuestions,
    StateFilter,
    UseFilter,
    TypeFilter,
    TopicFilter,
    DifficultyFilter,
    TagFilter,
    ("bloom", BarChoices),
    ("is_kept_for_exams", BarBoolean),
    ("sources", BarRelated),
)
