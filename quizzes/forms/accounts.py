"""Forms of one's own account."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from allauth.account.forms import AddEmailForm as AllauthAddEmailForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import ResetPasswordKeyForm as AllauthResetPasswordKeyForm
from allauth.core import context
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from quizzes import after_answer
from quizzes.errors import Text
from quizzes.forms.fields import model_choice
from quizzes.forms.signup import OnePassword, in_one_line
from quizzes.forms.zones import ZoneField, zone_choice
from quizzes.generics import ModelChoiceField, ModelForm
from quizzes.models import User
from quizzes.models.accounts import MAX_GOAL
from quizzes.services import accounts

THEMES = (("auto", _("Match system")), ("light", _("Light")), ("dark", _("Dark")))


class LoginForm(AllauthLoginForm):
    """Asks for a user name or an e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class AddEmailForm(AllauthAddEmailForm):
    """Another address of one's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = str(_("E-mail"))
        self.fields["email"].widget.attrs.pop("placeholder", None)


def in_request(request: HttpRequest, work: Callable[[], object]) -> None:
    """Do what allauth does for a request, after that is answered."""
    with context.request_context(request):
        work()


class ForgottenPasswordForm(AllauthResetPasswordForm):
    """The same answer after the same time for every address: who has it is looked for after the answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = str(_("E-mail"))
        self.fields["email"].widget.attrs.pop("placeholder", None)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: object) -> str:
        after_answer.run(lambda: in_request(request, partial(self.mail_to_owners, request, **kwargs)))
        return str(self.cleaned_data["email"])

    def mail_to_owners(self, request: HttpRequest, **kwargs: object) -> None:
        super().clean_email()
        super().save(request, **kwargs)


class NewPasswordForm(OnePassword, AllauthResetPasswordKeyForm):
    """Behind the link of a mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = str(_("New password"))

    def save(self) -> None:
        super().save()
        accounts.confirm_by_mailed_link(self.user)


class ProfileForm(ModelForm[User]):
    """Names, time zone, goal, streak and appearance; the appearance is kept by the browser."""

    time_zone = ZoneField(label=_("Time zone"), required=False, help_text=_("Used for all dates and times."))
    theme = forms.ChoiceField(
        label=_("Appearance"),
        choices=THEMES,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Applies to this device only."),
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "time_zone", "weekly_goal", "shows_streak"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone_choice(self, "time_zone").offer(self.instance.time_zone, ("", _("Same as my browser")))
        self.initial["weekly_goal"] = self.instance.weekly_goal or None
        for name, token in (("first_name", "given-name"), ("last_name", "family-name")):
            self.fields[name].widget.attrs["autocomplete"] = token
        self.helper = FormHelper()
        self.helper.add_input(Submit("save", _("Save")))

    def clean_first_name(self) -> str:
        return in_one_line(self.cleaned_data["first_name"])

    def clean_last_name(self) -> str:
        return in_one_line(self.cleaned_data["last_name"])

    def clean_weekly_goal(self) -> int | None:
        """Return 0 where a goal was taken away; None stays for those who never had one, so that Today offers it."""
        goal: int | None = self.cleaned_data["weekly_goal"]
        return goal or (None if self.instance.weekly_goal is None else 0)


class GoalForm(forms.Form):
    questions = forms.IntegerField(min_value=1, max_value=MAX_GOAL)


class TypedNameForm(forms.Form):
    """A user name typed, so that nobody is removed by a slip of the hand."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    not_theirs: ClassVar[Text] = ""  # what is said to another name

    def __init__(self, person: User, data: QueryDict | None = None) -> None:
        self.person = person
        super().__init__(data)
        name = {"name": person.username}
        self.fields["username"].help_text = _("Type “%(name)s” to confirm. You can't undo this.") % name

    def clean_username(self) -> str:
        typed: str = self.cleaned_data["username"]
        if typed != self.person.username:
            raise forms.ValidationError(self.not_theirs)
        return typed


class AnonymiseForm(TypedNameForm):
    """The user name of a person, typed by an administrator."""

    not_theirs = _("That isn't this person's user name. Nothing was removed.")

    def __init__(self, person: User, data: QueryDict | None = None) -> None:
        super().__init__(person, data)
        self.fields["username"].widget.attrs["class"] = "vTextField"


class DeleteAccountForm(TypedNameForm):
    """One's own user name."""

    not_theirs = _("That isn't your user name. Nothing was deleted.")

    def __init__(self, person: User, data: QueryDict | None = None) -> None:
        super().__init__(person, data)
        self.fields["username"].label = _("Your user name")


class PersonChoice(ModelChoiceField[User]):
    """People by name and user name."""

    def label_from_instance(self, person: User) -> str:
        return f"{person.full_name} ({person.username})"


class HandOverForm(forms.Form):
    """Who goes on with the work of a person; the site where none is chosen."""

    receiver = PersonChoice(
        label=_("To"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("the site: all instructors use it, administrators change it"),
        help_text=_("Moves all questions, quizzes and sources, with their drafts."),
    )

    def __init__(self, person: User, data: QueryDict | None = None) -> None:
        super().__init__(data)
        instructors = User.objects.filter(is_staff=True, is_active=True).exclude(pk=person.pk).order_by("username")
        model_choice(self, "receiver").queryset = instructors
