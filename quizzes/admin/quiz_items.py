"""Rows of a quiz: fixed questions, draw rules with what stands behind them, feedback by score band."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from quizzes.admin.odd_requests import Choice
from quizzes.admin.parts import AnyForeignKey, StackedInline, TabularInline
from quizzes.admin.scope import person
from quizzes.admin.scoped import ScopedInline
from quizzes.forms.quiz_items import DrawItemForm, DrawItems, FixedItemForm, FixedItems
from quizzes.generics import ModelChoiceField
from quizzes.models import FeedbackBand, Question, Quiz, QuizItem


class QuestionChoice(ModelChoiceField[Question]):
    """A question named by its stem."""

    def label_from_instance(self, question: Question) -> str:
        version = question.shown_version
        return Truncator(version.stem if version else str(question)).chars(110)


class FixedRows(ScopedInline, TabularInline[QuizItem, Quiz]):
    model = QuizItem
    form = FixedItemForm
    fields = FixedItemForm.Meta.fields  # said here, or the admin makes a form to read them from it
    formset = FixedItems
    verbose_name = gettext_lazy("question")
    verbose_name_plural = gettext_lazy("Questions")
    extra = 2
    max_num = 200
    ordering = ("position", "pk")
    template = "admin/quizzes/quiz/rows.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuizItem]:
        return super().get_queryset(request).filter(question__isnull=False).select_related("question", "pinned_version")

    def get_formset(
        self, request: HttpRequest, obj: object = None, **kwargs: object
    ) -> type[forms.BaseInlineFormSet[Any, Any, Any]]:
        formset = super().get_formset(request, obj, **kwargs)
        if issubclass(formset, FixedItems):
            formset.user = person(request)
        return formset

    def formfield_for_foreignkey(
        self, db_field: AnyForeignKey, request: HttpRequest, **kwargs: object
    ) -> forms.ModelChoiceField[Any] | None:
        if db_field.name == "question":
            kwargs["form_class"] = QuestionChoice
            kwargs["widget"] = Choice(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class DrawRows(ScopedInline, StackedInline[QuizItem, Quiz]):
    model = QuizItem
    form = DrawItemForm
    fields = DrawItemForm.Meta.fields
    formset = DrawItems
    verbose_name = gettext_lazy("draw rule")
    verbose_name_plural = gettext_lazy("Draw rules")
    extra = 1
    ordering = ("position", "pk")
    template = "admin/quizzes/quiz/rows.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuizItem]:
        return super().get_queryset(request).filter(question=None).select_related("topic", "source", "tag")

    def formfield_for_foreignkey(
        self, db_field: AnyForeignKey, request: HttpRequest, **kwargs: object
    ) -> forms.ModelChoiceField[Any] | None:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name in ("topic", "source", "tag"):
            field.choices = list(field.iterator(field))  # asked for once, not for every row
        return field


class BandRows(ScopedInline, TabularInline[FeedbackBand, Quiz]):
    model = FeedbackBand
    fields = ("from_percent", "text")
    verbose_name = gettext_lazy("band")
    verbose_name_plural = gettext_lazy("Overall feedback by result")
    extra = 1
    template = "admin/quizzes/quiz/rows.html"
