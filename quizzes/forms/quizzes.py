"""Forms of quizzes: settings, items, and the cells a quiz is composed of."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import question_types
from quizzes.errors import EditConflict
from quizzes.forms.fields import choice
from quizzes.forms.posted import replaced
from quizzes.models import QuestionVersion, Quiz, QuizItem, Source, Tag, Topic, User, Visibility
from quizzes.models.classification import Bloom, Difficulty
from quizzes.models.kinds import Kind
from quizzes.models.quizzes import Preset
from quizzes.services import cautions, outlines, quizzes

TIME_LIMIT = gettext_lazy("A time limit is 1 to 1,440 minutes.")
ATTEMPTS = gettext_lazy("Attempts allowed are 1 to 1,000; leave it empty for unlimited.")
PASS_MARK = gettext_lazy("A pass mark is 0 to 100 percent.")
PENALTY = gettext_lazy("A penalty is 0 to 1: a share of the question's points.")

GIVING_AWAY = ("feedback", "attempts_allowed", "counting")


def whole_number(lowest: int, highest: int, message: Any, **kwargs: Any) -> forms.IntegerField:
    """Return a number field that says the same sentence to words, fractions and figures out of range."""
    errors = dict.fromkeys(("invalid", "min_value", "max_value"), message)
    return forms.IntegerField(
        min_value=lowest,
        max_value=highest,
        error_messages=errors,
        widget=forms.NumberInput({"class": "ws-short"}),
        **{"required": False, **kwargs},
    )


def time_limit_field() -> forms.IntegerField:
    return whole_number(1, 1440, TIME_LIMIT, label=gettext_lazy("Time limit in minutes"))


def attempts_field() -> forms.IntegerField:
    return whole_number(
        1,
        1000,
        ATTEMPTS,
        label=gettext_lazy("Attempts allowed"),
        help_text=gettext_lazy("Leave empty for unlimited."),
    )


def keeps_questions_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=gettext_lazy("Keep my questions for exams"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "For an exam: practice and other quizzes leave your own questions in it out until you release them."
        ),
    )


class QuizForm(forms.ModelForm):
    """Settings of a quiz; `revision` is what the editor saw."""

    time_limit = time_limit_field()
    attempts_allowed = attempts_field()
    pass_mark = whole_number(0, 100, PASS_MARK, label=gettext_lazy("Pass mark in percent"))
    wrong_penalty = forms.DecimalField(
        label=gettext_lazy("Penalty for a wrong answer"),
        min_value=0,
        max_value=1,
        max_digits=3,
        decimal_places=2,
        initial=0,
        help_text=gettext_lazy("Points lost for a wrong answer, as a share of the question's points (0 = none)."),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "max_digits", "max_decimal_places"), PENALTY
        ),
        widget=forms.NumberInput({"class": "ws-short", "step": "0.01"}),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    told = forms.CharField(required=False, widget=forms.HiddenInput)
    applies_to_running = forms.BooleanField(
        label=gettext_lazy("Apply to running attempts"),
        required=False,
        help_text=gettext_lazy(
            "Brings the deadlines of attempts in progress down to a shorter limit or an earlier close. "
            "Without it they keep the time they have. More time reaches them at once; so does a close, where they have no deadline yet."
        ),
    )

    keeps_questions = keeps_questions_field()
    kind: ClassVar[Kind | None] = None  # whose settings the form starts with

    class Meta:
        model = Quiz
        fields = (
            "title",
            "slug",
            "description",
            "is_open_to_all",
            "visibility",
            "time_rule",
            "time_limit",
            "attempts_allowed",
            "opens_at",
            "closes_at",
            "feedback",
            "results_wait_for_all",
            "pass_mark",
            "gives_certificate",
            "counting",
            "wrong_penalty",
            "shuffle_questions",
            "shuffle_options",
            "navigation",
            "layout",
        )
        widgets = {"description": forms.Textarea({"rows": 3, "class": "vLargeTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.kind is not None:
            self.initial.update(self.kind.settings)
        if "revision" in self.fields:
            self.fields["revision"].initial = self.instance.revision
        if "visibility" in self.fields:
            self.fields["visibility"].required = False

    def clean_visibility(self) -> str:
        """Where nothing is said it stays as it is."""
        return self.cleaned_data["visibility"] or self.instance.visibility

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("time_rule") == Quiz.TimeRule.FIXED and "time_limit" in self.errors:
            cleaned.pop("time_rule")  # one sentence about the limit is enough
        if cleaned.get("gives_certificate"):
            self._refuse_certificate(cleaned)
        if self.instance.pk:
            self._refuse_if_changed(cleaned.get("revision") or 0)
            self._refuse_without_end(cleaned)
        if not self.errors:
            self._tell_once(cleaned)
        return cleaned

    def _tell_once(self, cleaned: dict[str, Any]) -> None:
        """Tell what gives the answers away where it is new; saving again keeps it."""
        settings: list[Any] = [cleaned.get(name) for name in GIVING_AWAY]
        is_new = not self.instance.pk or not {*GIVING_AWAY}.isdisjoint(self.changed_data)
        if is_new and not cleaned.get("told") and cautions.gives_answers_away(*settings):
            self.data = replaced(self.data, self.add_prefix("told"), "yes")
            raise ValidationError(f"{cautions.ANSWERS_AWAY} {_('Change it below, or save again to keep it so.')}")

    def _refuse_certificate(self, cleaned: dict[str, object]) -> None:
        """Who passes gets one; nobody passes practice, a survey, or what has no pass mark."""
        if cleaned.get("feedback") in (Preset.PRACTICE, Preset.SURVEY):
            self.add_error("gives_certificate", _("Practice and surveys give no certificate."))
        elif cleaned.get("pass_mark") is None and "pass_mark" not in self.errors:
            self.add_error("pass_mark", _("A certificate needs a pass mark."))

    def _refuse_without_end(self, cleaned: dict[str, object]) -> None:
        """An exam shows its answers after it has closed: one that nothing closes would keep them for ever."""
        if cleaned.get("feedback") != Preset.EXAM or cleaned.get("closes_at"):
            return
        given = self.instance.assignments.filter(feedback="").select_related("classroom")
        endless = next((row for row in given if row.overrides().closes_at is None), None)
        if endless:
            words = {"class": endless.classroom}
            self.add_error("closes_at", _("%(class)s has this quiz without an end. Say when the exam closes.") % words)
        elif self.instance.status == Quiz.Status.PUBLISHED and cleaned.get("is_open_to_all"):
            self.add_error("closes_at", _("An exam shows its answers after it has closed. Say when it closes."))

    def _refuse_if_changed(self, seen: int) -> None:
        """Tell the second of two editors who was first; what they wrote stays in the form."""
        try:
            quizzes.refuse_if_changed(self.instance, expected_revision=seen)
        except EditConflict as conflict:
            self.data = replaced(self.data, self.add_prefix("revision"), str(conflict.revision))
            advice = _("Your text is kept below. Save again to replace theirs, or reload this page to see it.")
            raise ValidationError(f"{conflict.message} {advice}") from conflict


LAST = 9999  # a row without a position goes to the end


class ItemForm(forms.ModelForm):
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
        is_foreign = question is not None and question.owner_id not in (None, self.instance.quiz.owner_id)
        return is_foreign and question.visibility == Visibility.PRIVATE and self.instance.pinned_version_id is not None

    def clean_pinned_version(self) -> QuestionVersion | None:
        return self.instance.pinned_version if self.is_kept_private else self.cleaned_data["pinned_version"]


class FixedItems(forms.BaseInlineFormSet):
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
    return _("version %(n)d (%(status)s)") % {"n": version.number, "status": version.get_status_display()}


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


class DrawItems(forms.BaseInlineFormSet):
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

    def _is_removed(self, form: forms.ModelForm) -> bool:
        return bool(form.cleaned_data.get("DELETE"))

    def _fixed(self) -> set[int]:
        """Return the fixed questions that are saved along with the rules, of the rows above."""
        rows = [key.removesuffix("-question") for key in self.data if re.fullmatch(r"items-\d+-question", key)]
        chosen = {str(self.data[f"{row}-question"]) for row in rows if not self.data.get(f"{row}-DELETE")}
        return {int(pk) for pk in chosen if pk.isdecimal()}


class CellForm(forms.Form):
    """One row of a blueprint; a row left blank is dropped."""

    draw_count = whole_number(
        1, 200, gettext_lazy("Draw 1 to 200 questions."), label=gettext_lazy("How many"), required=True
    )
    topic = forms.ModelChoiceField(label=gettext_lazy("Topic"), queryset=Topic.objects.all(), required=False)
    source = forms.ModelChoiceField(label=gettext_lazy("Source"), queryset=Source.objects.all(), required=False)
    type = forms.ChoiceField(label=gettext_lazy("Type"), required=False)
    difficulty = forms.ChoiceField(label=gettext_lazy("Difficulty"), required=False)
    bloom = forms.ChoiceField(label=gettext_lazy("Bloom level"), required=False)
    tag = forms.ModelChoiceField(label=gettext_lazy("Tag"), queryset=Tag.objects.all(), required=False)
    fills_up = forms.BooleanField(
        label=gettext_lazy("Fill up from elsewhere"),
        required=False,
        help_text=gettext_lazy("Where too few questions match, take the rest from the nearest other ones."),
    )
    points = forms.DecimalField(
        label=gettext_lazy("Points each"),
        max_digits=5,
        decimal_places=2,
        initial=1,
        required=False,
        widget=forms.NumberInput({"class": "ws-short", "step": "0.01"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anything = [("", _("any"))]
        choice(self, "type").choices = anything + question_types.choices()
        choice(self, "difficulty").choices = anything + list(Difficulty.choices)
        choice(self, "bloom").choices = anything + list(Bloom.choices)

    def has_changed(self) -> bool:
        return any(name not in ("points", "ORDER", "DELETE") for name in self.changed_data)

    def clean_points(self) -> Any:
        points = self.cleaned_data["points"]
        if points is not None and points <= 0:
            raise ValidationError(_("Points must be above 0."))
        return points if points is not None else 1

    def item(self, quiz: Quiz, position: int) -> QuizItem:
        """Return the row as an unsaved draw rule."""
        cleaned = {name: value for name, value in self.cleaned_data.items() if name not in ("ORDER", "DELETE")}
        return QuizItem(quiz=quiz, position=position, **cleaned)


class BaseCells(forms.BaseFormSet):
    """Rows of a blueprint, filled from the draw rules that are there."""

    stored: list[dict[str, object]] = []
    minimum_rows = 4

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[Any]] = {}
        for form in [*self.forms, self.empty_form]:
            for name in ("topic", "source", "tag"):  # asked for once, not for every row
                field = form.fields[name]
                if name not in choices:
                    field.empty_label = _("any")
                    choices[name] = list(field.choices)
                field.choices = choices[name]

    def initial_form_count(self) -> int:
        return 0

    def total_form_count(self) -> int:
        return super().total_form_count() if self.is_bound else max(len(self.stored) + 1, self.minimum_rows)

    def get_form_kwargs(self, index: int | None) -> dict[str, object]:
        if self.is_bound or index is None or index >= len(self.stored):
            return {}
        return {"initial": self.stored[index]}

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        if index is not None:
            form.fields["ORDER"].initial = index + 1

    def items(self, quiz: Quiz) -> list[QuizItem]:
        """Return the rows in their order, as unsaved draw rules of the quiz; call after `is_valid`."""
        return [form.item(quiz, place) for place, form in enumerate(self.ordered_forms, start=1)]


def cells(quiz: Quiz, data: Any = None) -> Any:
    """Return the blueprint form of a quiz."""
    factory: Any = forms.formset_factory(
        CellForm, formset=BaseCells, can_order=True, can_delete=True, max_num=60, absolute_max=65
    )
    factory.stored = list(
        quiz.items.filter(question=None).values(
            "draw_count", "topic", "source", "type", "difficulty", "bloom", "tag", "fills_up", "points"
        )
    )
    return factory(data, prefix="cells")


class ComposeForm(forms.Form):
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0)
