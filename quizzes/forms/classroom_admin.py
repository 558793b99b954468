"""Forms of classrooms in the workshop: what is given to a class, and exceptions for single members."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import QuizError
from quizzes.forms.quiz_fields import attempts_field, time_limit_field
from quizzes.generics import ModelForm
from quizzes.models import Accommodation, Assignment, Classroom, Membership, Quiz
from quizzes.services import nicknames

Status = Membership.Status
RowT = TypeVar("RowT", bound=Model)


class ServedForm(ModelForm[RowT]):
    """A form whose row is saved by a service; what the service refused is shown where it belongs."""

    refusal: QuizError | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.refusal is not None:
            where = self.refusal.where if self.refusal.where in self.fields else None
            self.add_error(where, str(self.refusal.message))
        return cleaned


class ClassroomForm(ServedForm[Classroom]):
    class Meta:
        model = Classroom
        fields = (
            "name",
            "description",
            "is_join_open",
            "capacity",
            "time_zone",
            "names_shown",
            "metric",
            "speed_breaks_ties",
            "board_shows_all",
            "missing_is_zero",
        )


class AssignmentForm(ServedForm[Assignment]):
    time_limit = time_limit_field()
    attempts_allowed = attempts_field()
    applies_to_running = forms.BooleanField(
        label=gettext_lazy("Apply to running attempts"),
        required=False,
        help_text=gettext_lazy("Brings deadlines of attempts in progress down to a shorter limit or an earlier close."),
    )

    class Meta:
        model = Assignment
        fields = (
            "classroom",
            "quiz",
            "opens_at",
            "due_at",
            "closes_at",
            "late_policy",
            "time_limit",
            "attempts_allowed",
            "feedback",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "quiz" in self.fields:  # another quiz is another assignment
            self.fields["quiz"].disabled = True
        for name, text in (
            ("time_limit", _("Leave empty to use the quiz's own.")),
            ("attempts_allowed", _("Leave empty to use the quiz's own.")),
            ("feedback", _("Leave empty to use the quiz's own.")),
        ):
            if name in self.fields:
                self.fields[name].help_text = text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        quiz, opens, due = cleaned.get("quiz"), cleaned.get("opens_at"), cleaned.get("due_at")
        closes = cleaned.get("closes_at")
        if due and opens and due <= opens:
            self.add_error("due_at", _("The assignment is due before it opens."))
        if due and closes and due > closes:
            self.add_error("due_at", _("The assignment is due after it closes."))
        if quiz is not None and quiz.status != Quiz.Status.PUBLISHED and not self.instance.pk:
            self.add_error("quiz", _("“%(quiz)s” is not published yet; publish it first.") % {"quiz": quiz.title})
        return cleaned


class MembershipForm(ServedForm[Membership]):
    class Meta:
        model = Membership
        fields = ("classroom", "user", "role", "status", "nickname", "is_visible", "time_factor", "is_untimed")

    def clean_status(self) -> str:
        """Return a member who was removed does not become one who left: that would let the code in again."""
        status: str = self.cleaned_data["status"]
        if "status" in self.changed_data and (self.instance.status, status) == (Status.REMOVED, Status.LEFT):
            raise forms.ValidationError(_("Someone who was removed stays removed, or becomes active again."))
        return status

    def clean_nickname(self) -> str:
        try:
            name = nicknames.clean(self.cleaned_data["nickname"])
        except QuizError as error:
            raise forms.ValidationError(str(error.message)) from error
        if fault := nicknames.fault_of(self.instance, name) if self.instance.pk else "":
            raise forms.ValidationError(fault)
        return name


class AccommodationForm(ServedForm[Accommodation]):
    time_limit = time_limit_field()
    attempts_allowed = attempts_field()

    class Meta:
        model = Accommodation
        fields = (
            "assignment",
            "membership",
            "opens_at",
            "due_at",
            "closes_at",
            "time_limit",
            "attempts_allowed",
            "reason",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        assignment, membership = cleaned.get("assignment"), cleaned.get("membership")
        if assignment and membership and assignment.classroom_id != membership.classroom_id:
            self.add_error("membership", _("This member belongs to another class than the assignment."))
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The exception must close after it opens."))
        due = cleaned.get("due_at")
        if due and closes and due > closes:
            self.add_error("due_at", _("The exception is due after it closes."))
        return cleaned
