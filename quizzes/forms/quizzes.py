"""The form of a quiz: its settings."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import EditConflict
from quizzes.forms.posted import replaced
from quizzes.forms.quiz_fields import attempts_field, keeps_questions_field, time_limit_field, whole_number
from quizzes.generics import ModelForm
from quizzes.models import Quiz
from quizzes.models.kinds import Kind
from quizzes.models.quizzes import Preset
from quizzes.services import cautions, quizzes

PASS_MARK = gettext_lazy("A pass mark is 0 to 100 percent.")

PENALTY = gettext_lazy("A penalty is 0 to 1: a share of the question's points.")

GIVING_AWAY = ("feedback", "attempts_allowed", "counting")


class QuizForm(ModelForm[Quiz]):
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
        """Return what was chosen; where nothing is said it stays as it is."""
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
            self._tell_once()
        return cleaned

    def _tell_once(self) -> None:
        """Tell what gives the answers away where it is new; saving again keeps it."""
        is_new = not self.instance.pk or not {*GIVING_AWAY}.isdisjoint(self.changed_data)
        if is_new and not self.cleaned_data.get("told") and self._gives_answers_away():
            self.data = replaced(self.data, self.add_prefix("told"), "yes")
            raise ValidationError(f"{cautions.ANSWERS_AWAY} {_('Change it below, or save again to keep it so.')}")

    def _gives_answers_away(self) -> bool:
        given = self.cleaned_data.get
        return cautions.gives_answers_away(given("feedback", ""), given("attempts_allowed"), given("counting", ""))

    def _refuse_certificate(self, cleaned: dict[str, object]) -> None:
        """Refuse a certificate where nobody passes: practice, a survey, or what has no pass mark."""
        if cleaned.get("feedback") in (Preset.PRACTICE, Preset.SURVEY):
            self.add_error("gives_certificate", _("Practice and surveys give no certificate."))
        elif cleaned.get("pass_mark") is None and "pass_mark" not in self.errors:
            self.add_error("pass_mark", _("A certificate needs a pass mark."))

    def _refuse_without_end(self, cleaned: dict[str, object]) -> None:
        """Refuse an exam that nothing closes: it would keep its answers for ever."""
        if cleaned.get("feedback") != Preset.EXAM or cleaned.get("closes_at"):
            return
        assignments = self.instance.assignments.filter(feedback="").select_related("classroom")
        endless = next((row for row in assignments if row.overrides().closes_at is None), None)
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
