"""Forms of what a quiz asks: fixed questions, and rules that draw some."""

from __future__ import annotations

import re
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.forms.quiz_fields import whole_number
from quizzes.generics import BaseInlineFormSet, ModelForm
from quizzes.models import QuestionVersion, Quiz, QuizItem, User, Visibility
from quizzes.services import outlines

LAST = 9999  # a row without a position goes to the end


class ItemForm(ModelForm[QuizItem]):
    """A row of a quiz; a new one without a position goes last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields and not self.instance.pk:
            self.initial["position"] = None
            self.fields["position"].required = False

    def clean_position(self) -> int:
        position = self.cleaned_data["position"]
        return LAST if position is None else min(position, LAST)


class FixedItemForm(ItemForm):
    """A fixed question in a quiz, pinned to a version where the author wants."""

    class Meta:
        model = QuizItem
        fields = ("position", "question", "points", "pinned_version")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "pinned_version" in self.fields:
            self._offer_versions(self.fields["pinned_version"])
        if "question" in self.fields:
            question: Any = self.fields["question"]
            question.required = True
            if self.instance.pinned_version is not None:
                # What is newer may not be for the quiz's owner.
                stem = Truncator(self.instance.pinned_version.stem).chars(110)
                question.label_from_instance = lambda _question: stem

    def _offer_versions(self, pinned: Any) -> None:
        versions = QuestionVersion.objects.none()
        if self.is_kept_private:
            versions = QuestionVersion.objects.filter(pk=self.instance.pinned_version_id)
        elif self.instance.question_id:
            versions = QuestionVersion.objects.filter(question=self.instance.question_id).exclude(status="draft")
        pinned.queryset = versions
        pinned.label_from_instance = _version_name
        pinned.empty_label = _("latest")

    @property
    def is_kept_private(self) -> bool:
        """Whether the row has a question that another instructor keeps private: it stays at the version it has."""
        question = self.instance.question
        if question is None:
            return False
        is_foreign = question.owner_id not in (None, self.instance.quiz.owner_id)
        return is_foreign and question.visibility == Visibility.PRIVATE and self.instance.pinned_version_id is not None

    def clean_pinned_version(self) -> QuestionVersion | None:
        return self.instance.pinned_version if self.is_kept_private else self.cleaned_data["pinned_version"]


class FixedItems(BaseInlineFormSet[QuizItem, Quiz, ModelForm[QuizItem]]):
    """Fixed questions of a quiz, each at most once; new ones are such as the user may put into a quiz."""

    user: User

    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.forms:
            question = getattr(form, "cleaned_data", {}).get("question")
            if question is None or form.cleaned_data.get("DELETE"):
                continue
            if "question" in form.changed_data and not question.is_usable_by(self.user):
                form.add_error("question", _("Its owner does not let others use this question; make a copy of it."))
            if question.pk in seen:
                form.add_error("question", _("This question is in the quiz already."))
            seen.add(question.pk)


def _version_name(version: QuestionVersion) -> str:
    return _("version %(n)d (%(status)s)") % {"n": version.number, "status": version.status_words}


class DrawItemForm(ItemForm):
    """A draw rule: how many questions, out of which cell."""

    draw_count = whole_number(
        1, 200, gettext_lazy("Draw 1 to 200 questions."), label=gettext_lazy("Draw"), required=True
    )

    class Meta:
        model = QuizItem
        fields = (
            "position",
            "draw_count",
            "points",
            "topic",
            "source",
            "type",
            "difficulty",
            "bloom",
            "tag",
            "fills_up",
        )


class DrawItems(BaseInlineFormSet[QuizItem, Quiz, ModelForm[QuizItem]]):
    """Draw rules of a quiz; those of a published one find as many questions as they want."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors) or self.instance.status != Quiz.Status.PUBLISHED:
            return
        kept = [form for form in self.forms if form.cleaned_data.get("draw_count") and not self._is_removed(form)]
        fixed = [QuizItem(question_id=pk) for pk in self._fixed()]
        outline = outlines.of_items([*fixed, *(form.instance for form in kept)], feedback=self.instance.feedback)
        for form, cell in zip(kept, outline.cells[len(fixed) :], strict=True):
            if cell.lacks_questions:
                form.add_error("draw_count", cell.note)

    def _is_removed(self, form: ModelForm[QuizItem]) -> bool:
        return bool(form.cleaned_data.get("DELETE"))

    def _fixed(self) -> set[int]:
        """Return the fixed questions that are saved along with the rules, of the rows above."""
        rows = [key.removesuffix("-question") for key in self.data if re.fullmatch(r"items-\d+-question", key)]
        chosen = {str(self.data[f"{row}-question"]) for row in rows if not self.data.get(f"{row}-DELETE")}
        return {int(pk) for pk in chosen if pk.isdecimal()}
