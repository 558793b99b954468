"""What a stranger came for: a class by its link, or the right to teach by an invitation. It is kept as the way back
(`next`) through log-in and sign-up, which name it, and done at once where someone signs up for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from quizzes import clock, limits
from quizzes.errors import QuizError
from quizzes.forms.signup import SignupForm
from quizzes.models import User
from quizzes.services import classrooms, instructors, joining
from quizzes.views.requests import guest_of


@dataclass(frozen=True)
class Errand:
    """One reason to come: in words, where its page is, and what does it for a user, which returns a sentence."""

    title: str
    lead: str
    button: str
    address: str
    do: Callable[[User], str]


def of_request(request: HttpRequest) -> Errand | None:
    """Return the errand behind the way back of a log-in or sign-up; None where there is none, or it came to nothing."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    try:
        match = resolve(address.partition("?")[0])
    except Resolver404:
        return None
    if match.view_name == "quizzes:classroom_join_link":
        return to_join(request, match.kwargs["code"])
    if match.view_name == "quizzes:instructor_accept":
        return to_teach(request, match.kwargs["token"])
    return None


def to_join(request: HttpRequest, code: str) -> Errand | None:
    """Return the way into a class; None for a code that opens none. Each look is counted, as tries at codes are."""
    user = request.user if isinstance(request.user, User) else None
    limits.take(request, "join_classroom" if user else "open_join_link", words=_("You have tried many codes."))
    classroom = joining.opened_by(code, user=user)
    if classroom is None:
        return None
    by = joining.instructors_of(classroom)
    title = _("You are invited to %(name)s") % {"name": classroom}

    def join(user: User) -> str:
        membership = classrooms.join(user, code, now=clock.now())
        return _("Welcome to %(name)s!") % {"name": membership.classroom}

    address = reverse("quizzes:classroom_join_link", args=[classroom.join_code])
    lead = _("by %(names)s") % {"names": ", ".join(by)} if by else ""
    return Errand(title, lead, _("Sign up and join"), address, join)


def to_teach(request: HttpRequest, token: str) -> Errand | None:
    """Return the way to become an instructor; None for a link that does not work."""
    limits.take(request, "open_instructor_link")
    invitation = instructors.opened_by(token, now=clock.now())
    if invitation is None:
        return None

    def teach(user: User) -> str:
        instructors.accept(token, user, now=clock.now())
        return _("You are an instructor now. You can write questions and run classes.")

    by = invitation.invited_by.full_name if invitation.invited_by else ""
    lead = _("by %(names)s") % {"names": by} if by else ""
    address = reverse("quizzes:instructor_accept", args=[token])
    return Errand(_("You are invited to teach on Quizsite"), lead, _("Sign up as an instructor"), address, teach)


def run(request: HttpRequest, errand: Errand, user: User) -> bool:
    """Do it, and say what came of it."""
    try:
        messages.success(request, errand.do(user))
    except QuizError as error:
        messages.error(request, str(error.message))
        return False
    return True


def welcome(request: HttpRequest, errand: Errand) -> HttpResponse:
    """Show the page of an errand for a stranger: what it is, sign-up, and the way to the log-in."""
    way_back = f"?next={errand.address}"
    context = {
        "errand": errand,
        "form": SignupForm(),
        "guest": guest_of(request),
        "redirect_field_name": "next",
        "redirect_field_value": errand.address,
        "login_url": reverse("account_login") + way_back,
    }
    return render(request, "account/signup.html", context)
