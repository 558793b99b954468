"""Forms of assignments: what is given to a class, and exceptions for single members. Times are the classroom's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.forms.fields import model_choice
from quizzes.forms.instants import ZonedForm
from quizzes.forms.quiz_fields import attempts_field, keeps_questions_field, time_limit_field
from quizzes.models import Accommodation, Assignment, Quiz
from quizzes.models.quizzes import Preset


class AssignmentForm(ZonedForm):
    """A quiz given to a class. With an assignment in `stored` it is changed, and its quiz stays."""

    instants = {"opens_at": gettext_lazy("Opens"), "due_at": gettext_lazy("Due"), "closes_at": gettext_lazy("Closes")}

    quiz = forms.ModelChoiceField(
        label=gettext_lazy("Quiz"), queryset=Quiz.objects.none(), empty_label=gettext_lazy("Choose a quiz")
    )
    late_policy = forms.ChoiceField(
        label=gettext_lazy("Late work"),
        choices=Assignment.LatePolicy.choices,
        initial=Assignment.LatePolicy.ACCEPT,
        help_text=gettext_lazy("Work submitted after the due date, while the quiz is still open."),
    )
    time_limit = time_limit_field()
    attempts_allowed = attempts_field()
    feedback = forms.ChoiceField(
        label=gettext_lazy("Feedback"),
        choices=[("", gettext_lazy("as the quiz says")), *Preset.choices],
        required=False,
    )
    keeps_questions = keeps_questions_field()
    apply_to_running = forms.BooleanField(
        label=gettext_lazy("Apply to running attempts"),
        required=False,
        help_text=gettext_lazy("Shortens the deadlines of running attempts to a new limit or an earlier closing time."),
    )

    def __init__(self, *args: Any, quizzes: Any = None, stored: Assignment | None = None, **kwargs: Any) -> None:
        if stored is not None:
            names = ("late_policy", "time_limit", "attempts_allowed", "feedback")
            kwargs["initial"] = {name: getattr(stored, name) for name in names}
        super().__init__(*args, stored=stored, **kwargs)
        for name in ("time_limit", "attempts_allowed"):
            self.fields[name].help_text = _("Leave empty for the quiz's own.")
        if stored is None:
            del self.fields["apply_to_running"]
            model_choice(self, "quiz").queryset = quizzes
        else:
            del self.fields["quiz"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._refuse_unless_after(
            cleaned, "closes_at", "opens_at", _("The closing time must be after the opening time.")
        )
        self._refuse_unless_after(cleaned, "due_at", "opens_at", _("The due date must be after the opening time."))
        due, closes = cleaned.get("due_at"), cleaned.get("closes_at")
        if due and closes and due > closes:
            self.add_error("due_at", _("The due date must be before the closing time."))
        if cleaned.get("late_policy") == Assignment.LatePolicy.REFUSE and not due and "due_at" not in self.errors:
            self.add_error("due_at", _("Set a due date, or accept late work."))
        return cleaned


class AccommodationForm(ZonedForm):
    """An exception for one member on one assignment; what is left empty stays as it is for everybody."""

    instants = {"opens_at": gettext_lazy("Opens"), "due_at": gettext_lazy("Due"), "closes_at": gettext_lazy("Closes")}

    time_limit = time_limit_field()
    attempts_allowed = attempts_field()
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("Saved with the exception; the student can read it."),
        error_messages={"required": gettext_lazy("Give a reason; it is saved with the exception.")},
    )

    def __init__(self, *args: Any, stored: Accommodation | None = None, **kwargs: Any) -> None:
        if stored is not None:
            names = ("time_limit", "attempts_allowed", "reason")
            kwargs["initial"] = {name: getattr(stored, name) for name in names}
        super().__init__(*args, stored=stored, **kwargs)
        for name in ("time_limit", "attempts_allowed"):
            self.fields[name].help_text = _("Leave empty for the same as everyone.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._refuse_unless_after(
            cleaned, "closes_at", "opens_at", _("The closing time must be after the opening time.")
        )
        due, closes = cleaned.get("due_at"), cleaned.get("closes_at")
        if due and closes and due > closes:
            self.add_error("due_at", _("The due date must be before the closing time."))
        terms = (*self.instants, "time_limit", "attempts_allowed")
        if not self.errors and not any(cleaned.get(name) for name in terms):
            raise ValidationError(_("Nothing is different yet. Fill in at least one field."))
        return cleaned
