"""What a learner wants to practice, as an address or a press of a button says it."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from quizzes.entitlements import Wish, pools
from quizzes.forms.fields import choice
from quizzes.models import Source, Topic, Unit, User
from quizzes.models.classification import Difficulty

ANY = ("", _("any"))
ONLY = [
    ("", _("all questions")),
    (pools.MISSED, _("those I missed")),
    (pools.UNSEEN, _("those I haven't met")),
    (pools.FLAGGED, _("those I flagged")),
]


class PracticeForm(forms.Form):
    """Every field may be left out; what is not known is any."""

    only = forms.ChoiceField(label=_("Which questions"), choices=ONLY, required=False)
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    difficulty = forms.ChoiceField(label=_("Difficulty"), choices=[ANY, *Difficulty.choices], required=False)
    number = forms.IntegerField(
        label=_("How many"), required=False, widget=forms.NumberInput({"min": 1, "max": pools.MOST})
    )
    note = forms.SlugField(required=False, max_length=80, widget=forms.HiddenInput)
    attempt = forms.IntegerField(required=False, min_value=1, max_value=2**53, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, object], *, person: User) -> None:
        super().__init__({"number": pools.USUAL, **{name: data[name] for name in data}})
        used = {"questions__owner": None, "questions__versions__status": "ready", "questions__is_archived": False}
        choices = {
            "topic": Topic.objects.filter(**used).distinct().values_list("slug", "name"),
            "source": Source.objects.filter(**used).distinct().values_list("slug", "title"),
            "unit": Unit.objects.readable_by(person).published().values_list("slug", "title"),
        }
        for name, rows in choices.items():
            choice(self, name).choices = [ANY, *rows]

    def clean_number(self) -> int | None:
        """Return the nearest number that can be asked."""
        given: int | None = self.cleaned_data["number"]
        return None if given is None else min(max(given, 1), pools.MOST)

    @property
    def wish(self) -> Wish:
        """What is wanted, as far as it can be read."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        return Wish(**given)
