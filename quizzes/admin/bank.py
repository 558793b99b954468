"""Sources, topics and tags: shared by all instructors; deleted only while nothing refers to them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from quizzes.admin.scope import ScopedAdmin
from quizzes.models import QuizItem, Source, Tag, Topic


class Counted(ScopedAdmin):
    """A list with the number of questions; a row with questions or draw rules cannot be deleted."""

    item_field = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(question_count=Count("questions", distinct=True))

    @admin.display(description=gettext_lazy("questions"), ordering="question_count")
    def number_of_questions(self, row: Any) -> int:
        return int(row.question_count)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj is not None and self.is_used(obj))

    def is_used(self, obj: Any) -> bool:
        return bool(obj.questions.exists() or QuizItem.objects.filter(**{self.item_field: obj}).exists())


@admin.register(Source)
class SourceAdmin(Counted):
    item_field = "source"
    ordering = ("title",)
    list_display = ("title", "kind", "number_of_paragraphs", "number_of_questions")
    search_fields = ("title", "slug", "kind")
    prepopulated_fields = {"slug": ("title",)}
    fields = ("title", "slug", "kind", "reliability_note", "date_note", "url", "number_of_paragraphs")
    readonly_fields = ("number_of_paragraphs",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

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
