"""One's own account: names, time zone, appearance."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from quizzes import limits
from quizzes.errors import QuizError
from quizzes.forms.accounts import THEMES, ProfileForm
from quizzes.forms.signup import UsernameForm
from quizzes.models import Membership
from quizzes.services import accounts, usernames
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE

THEME_COOKIE = "theme"  # read by base.html and theme.js
YEAR_SECONDS = 31_536_000


@READ_WRITE
def profile(request: LoggedInRequest) -> HttpResponse:
    user = request.user
    start = {"theme": _theme(request)}
    form = ProfileForm(request.POST or None, instance=user, initial=start)
    if form.is_valid():
        fields = form.cleaned_data
        theme = fields.pop("theme") or "auto"
        accounts.change_profile(user, **fields)
        messages.success(request, _("Saved."))
        response = redirect("quizzes:profile")
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR_SECONDS, samesite="Lax", secure=settings.HTTPS)
        return response
    memberships = Membership.objects.active().filter(user=user, classroom__archived_at=None)
    context = {"form": form, "memberships": memberships.select_related("classroom")}
    return render(request, "quizzes/accounts/profile.html", context)


@READ_WRITE
def username(request: LoggedInRequest) -> HttpResponse:
    user = request.user
    form = UsernameForm(request.POST or None, initial={"username": user.username})
    if form.is_valid():
        limits.take(request, "change_username")
        try:
            usernames.change(user, form.cleaned_data["username"])
        except QuizError as error:
            form.add_error("username", str(error))
        else:
            messages.success(request, _("From now on you log in as “%(name)s”.") % {"name": user.username})
            return redirect("quizzes:profile")
    return render(request, "quizzes/accounts/username.html", {"form": form})


def _theme(request: LoggedInRequest) -> str:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in dict(THEMES) else "auto"
