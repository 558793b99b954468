"""Forms of classrooms in the workshop: what is given to a class, and exceptions for single members."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.forms.quizzes import attempts_field, time_limit_field
from quizzes.models import Accommodation, Assignment, Membership, Quiz


class AssignmentForm(forms.ModelForm):
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
        for name, text in (
            ("time_limit", _("Empty: as the quiz says.")),
            ("attempts_allowed", _("Empty: as the quiz says.")),
            ("feedback", _("Empty: as the quiz says.")),
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


class MembershipForm(forms.ModelForm):
    """A member of a classroom; a classroom keeps at least one instructor."""

    class Meta:
        model = Membership
        fields = ("classroom", "user", "role", "status", "nickname", "is_visible", "time_factor", "is_untimed")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        teaches = (Membership.Role.INSTRUCTOR, Membership.Status.ACTIVE)
        if self.instance.pk and (cleaned.get("role"), cleaned.get("status")) != teaches:
            others = Membership.objects.filter(classroom=self.instance.classroom_id).exclude(pk=self.instance.pk)
            if not others.active().filter(role=Membership.Role.INSTRUCTOR).exists():
                raise forms.ValidationError(_("A classroom keeps at least one instructor; name another one first."))
        return cleaned


class AccommodationForm(forms.ModelForm):
    time_limit = time_limit_field()
    attempts_allowed = attempts_field()

    class Meta:
        model = Accommodation
        fields = ("assignment", "membership", "opens_at", "closes_at", "time_limit", "attempts_allowed", "reason")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        assignment, membership = cleaned.get("assignment"), cleaned.get("membership")
        if assignment and membership and assignment.classroom_id != membership.classroom_id:
            self.add_error("membership", _("This member belongs to another classroom than the assignment."))
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The exception must close after it opens."))
        return cleaned
