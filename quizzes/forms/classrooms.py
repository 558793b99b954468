"""Forms of classrooms: making one, joining one, its settings, its members, and one's own place in it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout, Submit
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import emblems
from quizzes.errors import Text
from quizzes.forms.fields import choice
from quizzes.forms.zones import ZoneField, zone_choice
from quizzes.generics import ModelForm
from quizzes.models import Classroom, Membership

UNTIMED = "untimed"
TIMES = (
    ("1.00", gettext_lazy("none")),
    ("1.25", gettext_lazy("× 1.25")),
    ("1.50", gettext_lazy("× 1.5")),
    ("2.00", gettext_lazy("× 2")),
    (UNTIMED, gettext_lazy("no time limit")),
)


def helper(label: object) -> FormHelper:
    helper = FormHelper()
    helper.add_input(Submit("save", label))
    return helper


class ClassroomForm(ModelForm[Classroom]):
    """What a new classroom needs: a name, and the zone its deadlines are meant in."""

    time_zone = ZoneField(label=gettext_lazy("Time zone"), help_text=gettext_lazy("For the dates of assignments."))
    submit_label = gettext_lazy("Create the class")

    class Meta:
        model = Classroom
        fields = ["name", "description", "time_zone"]
        help_texts = {"description": gettext_lazy("One line for your students, such as the term or the room.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = self.initial.get("time_zone") or self.instance.time_zone
        zone_choice(self, "time_zone").offer(current)
        self.helper = helper(self.submit_label)


class SettingsForm(ClassroomForm):
    """Everything about a classroom but its code and its members."""

    submit_label = gettext_lazy("Save")

    class Meta(ClassroomForm.Meta):
        fields = [
            "name",
            "description",
            "time_zone",
            "capacity",
            "names_shown",
            "metric",
            "speed_breaks_ties",
            "board_shows_all",
            "missing_is_zero",
        ]
        help_texts = {
            **ClassroomForm.Meta.help_texts,
            "capacity": gettext_lazy("When the class has this many students, nobody else can join."),
            "names_shown": gettext_lazy("Students without a nickname appear as “member 9”."),
            "metric": gettext_lazy("Improvement is the best attempt minus the first."),
            "speed_breaks_ties": gettext_lazy("Measured by the server's clock. If this is off, speed never counts."),
        }


class JoinForm(forms.Form):
    """The code an instructor gave; spaces, dashes and small letters do not matter."""

    code = forms.CharField(
        label=gettext_lazy("Join code"),
        max_length=40,
        strip=True,
        help_text=gettext_lazy("8 letters and digits. Spaces and capitals don't matter."),
        error_messages={"required": gettext_lazy("Type the code your instructor gave you.")},
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "join-code"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(gettext_lazy("Join"))
        self.helper.form_action = "quizzes:classroom_join"  # from the page of a wrong link too


class MeForm(forms.Form):
    """How one appears to the class; whether the nickname is free is for `nicknames.appear` to say."""

    nickname = forms.CharField(
        label=gettext_lazy("Nickname"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Different from every other in this class. Leave empty to appear as “member 9”."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    emblem = forms.TypedChoiceField(
        label=gettext_lazy("Emblem"),
        choices=emblems.CHOICES,
        coerce=int,
        empty_value=None,  # stays as it is
        required=False,
        help_text=gettext_lazy("Stands next to your name on leaderboards. Change it any time."),
        widget=forms.RadioSelect,
    )
    is_visible = forms.BooleanField(
        label=gettext_lazy("Show me on the leaderboard"),
        required=False,
        help_text=gettext_lazy("Applies at once, to every leaderboard of this class."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(gettext_lazy("Save"))
        emblem = Field("emblem", template="quizzes/classrooms/_emblems.html")
        self.helper.layout = Layout("nickname", emblem, "is_visible")


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Membership.Role)


class TimeForm(forms.Form):
    """A member's time: one of the usual factors, the one they have, or no limit."""

    time = forms.ChoiceField(label=gettext_lazy("Extra time"))

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        now = UNTIMED if membership.is_untimed else f"{membership.time_factor:.2f}"
        kwargs.setdefault("initial", {"time": now})
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Text]] = list(TIMES)
        if now not in dict(choices):
            choices.insert(-1, (now, _("× %(factor)s") % {"factor": now}))
        choice(self, "time").choices = choices

    def terms(self) -> tuple[Decimal, bool]:
        """Return (time factor, untimed)."""
        chosen = self.cleaned_data["time"]
        return (Decimal(1), True) if chosen == UNTIMED else (Decimal(chosen), False)
