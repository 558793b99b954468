"""Sources, topics and tags. Each instructor adds them; a source belongs to its author, topics and tags administrators change.

They are deleted only while nothing refers to them.
"""

from __future__ import annotations

from typing import Any, Protocol

from django.contrib import admin
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from quizzes.admin.scope import owner_name, person
from quizzes.admin.scoped import ScopedAdmin
from quizzes.models import QuizItem, Source, Tag, Topic


class ListedWithQuestions(Protocol):
    """A source, topic or tag with what its list adds to it."""

    question_count: int


class Counted(ScopedAdmin):
    """A list with the number of questions; a row with questions or draw rules cannot be deleted."""

    item_field = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(question_count=Count("questions", distinct=True))
        return counted

    @admin.display(description=gettext_lazy("questions"), ordering="question_count")
    def number_of_questions(self, row: ListedWithQuestions) -> int:
        return row.question_count

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return super().has_delete_permission(request, obj) and not (
            isinstance(obj, Source | Topic | Tag) and self.is_used(obj)
        )

    def is_used(self, obj: Source | Topic | Tag) -> bool:
        return bool(obj.questions.exists() or QuizItem.objects.filter(**{self.item_field: obj}).exists())


@admin.register(Source)
class SourceAdmin(Counted):
    item_field = "source"
    ordering = ("title",)
    list_display = ("title", "kind", "number_of_paragraphs", "number_of_questions", "owner_name")
    list_select_related = ("owner",)
    search_fields = ("title", "slug", "kind")
    prepopulated_fields = {"slug": ("title",)}
    fields = ("title", "slug", "kind", "reliability_note", "date_note", "url", "visibility", "number_of_paragraphs")
    readonly_fields = ("number_of_paragraphs",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> tuple[str, ...]:
        """Return what cannot be edited: what others may do is for the owner to decide."""
        is_ours = obj is None or obj.is_owned_by(person(request))
        return (*self.readonly_fields, *(() if is_ours else ("visibility",)))

    def save_model(self, request: HttpRequest, obj: Source, form: object, change: bool) -> None:
        if not change:
            obj.owner = person(request)
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("owner"), ordering="owner")
    def owner_name(self, source: Source) -> str:
        return owner_name(source)

    @admin.display(description=gettext_lazy("listed paragraphs"))
    def number_of_paragraphs(self, source: Source) -> int:
        return len(source.paragraphs or [])


@admin.register(Topic)
class TopicAdmin(Counted):
    item_field = "topic"
    ordering = ("name",)
    list_display = ("name", "slug", "description", "number_of_questions")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Tag)
class TagAdmin(Counted):
    item_field = "tag"
    ordering = ("slug",)
    list_display = ("slug", "number_of_questions")
    search_fields = ("slug",)
