"""The page on which a user chooses a password of their own in place of one that was given."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from quizzes.forms.passwords import OwnPasswordForm
from quizzes.services import accounts
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE


@sensitive_post_parameters()
@READ_WRITE
def password_choose(request: LoggedInRequest) -> HttpResponse:
    """Let those who must choose a password do so; all others change theirs with the old one."""
    user = request.user
    if not user.must_change_password:
        return redirect("account_change_password")
    form = OwnPasswordForm(user, request.POST or None)
    if form.is_valid():
        accounts.choose_password(user, form.cleaned_data["new_password1"])
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is saved. Use it from now on; the slip no longer works."))
        return redirect(_back(request))
    return render(request, "quizzes/accounts/choose_password.html", {"form": form})


def _back(request: LoggedInRequest) -> str:
    """Return where the user wanted to go: a page of this site, or the first one."""
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else "quizzes:home"
