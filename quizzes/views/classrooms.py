"""Classrooms: the list, making and joining one, its page, its settings, and one's own place in it."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quizzes import clock, limits
from quizzes.errors import QuizError, TooMany
from quizzes.forms.classrooms import ClassroomForm, JoinForm, MeForm, SettingsForm
from quizzes.models import Attempt, Classroom, Invitation, Membership, User
from quizzes.reports import classrooms as report
from quizzes.reports import leaderboards
from quizzes.services import attempts, classrooms, nicknames
from quizzes.views import errands
from quizzes.views.board_tags import board_tag
from quizzes.views.requests import LoggedInRequest, browser_zone, read_in
from quizzes.views.shortcuts import READ_WRITE, confirm


@require_GET
def classroom_list(request: LoggedInRequest) -> HttpResponse:
    archived = "archived" in request.GET
    rows = report.classrooms_of(request.user, now=clock.now(), archived=archived)
    invitations = () if archived else Invitation.objects.open_to(request.user)
    context = {
        "rows": rows,
        "archived": archived,
        "has_archived": archived or Classroom.objects.joined_by(request.user).exclude(archived_at=None).exists(),
        "invitations": invitations,
    }
    return render(request, "quizzes/classrooms/list.html", context)


@READ_WRITE
def classroom_create(request: LoggedInRequest) -> HttpResponse:
    user = request.user
    if not user.is_instructor:
        raise Http404
    # The browser is where the class is taught; a profile may be older than a move, and is there without a script too.
    zone = browser_zone(request) or user.time_zone or settings.TIME_ZONE
    form = ClassroomForm(request.POST or None, initial={"time_zone": zone})
    if form.is_valid():
        classroom = classrooms.create(user, **form.cleaned_data, now=clock.now())
        messages.success(request, _("“%(name)s” is ready. Give the code to your students.") % {"name": classroom})
        return redirect("quizzes:classroom_code", pk=classroom.pk)
    return render(request, "quizzes/classrooms/create.html", {"form": form})


# Joining --------------------------------------------------------------------------------------------------------------


@READ_WRITE
@login_not_required
def classroom_join(request: HttpRequest) -> HttpResponse:
    """Show a field for the code; a stranger, and a code in the address, go on to its link, which says what it opens."""
    form = JoinForm(request.POST or request.GET.dict() or None)
    if form.is_valid():
        code = form.cleaned_data["code"]
        if request.method != "POST" or not isinstance(request.user, User):
            return redirect("quizzes:classroom_join_link", code=classrooms.normal_code(code) or "-")
        try:
            return _join(request, request.user, code)
        except TooMany:
            raise
        except QuizError as error:
            form.add_error("code", str(error))
    return render(request, "quizzes/classrooms/join.html", {"form": form})


@READ_WRITE
@login_not_required
def classroom_join_link(request: HttpRequest, code: str) -> HttpResponse:
    """Show the class and who teaches it, with sign-up for a stranger; a look is a try at a code, and counted as one."""
    user = request.user if isinstance(request.user, User) else None
    if user and request.method == "POST":
        return _join(request, user, code)
    errand = errands.to_join(request, code)
    if errand is None:
        form = JoinForm({"code": code[:40]})
        form.add_error("code", _("We couldn't find a class with that code. Check it, or ask your instructor."))
        return render(request, "quizzes/classrooms/join.html", {"form": form}, status=HTTPStatus.NOT_FOUND)
    if user is None:
        return errands.welcome(request, errand)
    membership = (
        Membership.objects.active().filter(user=user, classroom__join_code=classrooms.normal_code(code)).first()
    )
    if membership is not None:
        return redirect("quizzes:classroom_detail", pk=membership.classroom_id)
    return render(request, "quizzes/classrooms/join_link.html", {"errand": errand})


def _join(request: HttpRequest, user: User, code: str) -> HttpResponse:
    limits.take(request, "join_classroom", words=_("You have tried too many codes."))
    membership = classrooms.join(user, code, now=clock.now())
    messages.success(request, _("Welcome to %(name)s!") % {"name": membership.classroom})
    return redirect("quizzes:classroom_detail", pk=membership.classroom_id)


# The page of a classroom ----------------------------------------------------------------------------------------------


@require_GET
def classroom_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    now, user = clock.now(), request.user
    classroom, membership = entered(user, pk)
    board, shows_all = leaderboards.for_classroom(classroom, now=now), leaderboards.shows_all_to(user, classroom)
    role = membership.role if membership else Membership.Role.INSTRUCTOR  # an administrator who is not in it
    context = {
        "classroom": classroom,
        "membership": membership,
        "is_teaching": role == Membership.Role.INSTRUCTOR or user.is_superuser,
        "is_assisting": role != Membership.Role.STUDENT or user.is_superuser,
        "board_version": board_tag(request, classroom, board, shows_all=shows_all),
        "board": board.as_seen_by(user, shows_all=shows_all),
    }
    if membership is not None and role == Membership.Role.STUDENT:
        own = Attempt.objects.taken_by(user).filter(assignment__classroom=classroom)
        attempts.close_overdue(now=now, among=own)
        calendar = report.for_student(membership, now=now)
        return render(request, "quizzes/classrooms/student.html", {**context, "calendar": calendar})
    read_in(classroom.time_zone)
    assigned = report.for_staff(classroom, now=now)
    return render(request, "quizzes/classrooms/staff.html", {**context, "assigned": assigned})


def entered(user: User, pk: int) -> tuple[Classroom, Membership | None]:
    """Return a classroom the person may enter, with their membership; an administrator needs none."""
    rooms = Classroom.objects.joined_by(user) | Classroom.objects.assisted_by(user)
    classroom = get_object_or_404(rooms, pk=pk)
    membership = classroom.memberships.active().filter(user=user).first()
    if membership is not None:
        membership.classroom, membership.user = classroom, user
    return classroom, membership


@READ_WRITE
def classroom_me(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Show one's own nickname and visibility, and the way to leave."""
    classroom, membership = entered(request.user, pk)
    if membership is None:
        raise Http404
    if request.POST.get("do") == "leave":
        return _leave(request, membership)
    form = MeForm(request.POST or None, initial=_appears(membership))
    if form.is_valid():
        try:
            nicknames.appear(membership, **form.cleaned_data)
        except QuizError as error:
            form.add_error("nickname", str(error))
        else:
            messages.success(request, _appearance(membership))
            return redirect("quizzes:classroom_detail", pk=pk)
    return render(
        request, "quizzes/classrooms/me.html", {"classroom": classroom, "membership": membership, "form": form}
    )


def _appears(membership: Membership) -> dict[str, object]:
    """Return how the member appears now, as the form of it asks."""
    return {
        "nickname": membership.nickname,
        "emblem": membership.worn_emblem,
        "is_visible": membership.is_visible,
    }


def _appearance(membership: Membership) -> str:
    if not membership.is_visible:
        return _("You are now hidden on the leaderboard.")
    return _("You appear as “%(name)s”.") % {"name": membership.shown_name}


def _leave(request: LoggedInRequest, membership: Membership) -> HttpResponse:
    classroom = membership.classroom
    if "confirmed" not in request.POST:
        text = _("You will no longer see its assignments and leaderboard. Your results are kept.")
        return confirm(
            request,
            title=_("Leave “%(name)s”?") % {"name": classroom},
            text=text,
            do="leave",
            label=_("Leave the class"),
            back=reverse("quizzes:classroom_me", args=[classroom.pk]),
        )
    try:
        classrooms.leave(membership, now=clock.now())
    except QuizError as error:
        messages.error(request, str(error))
        return redirect("quizzes:classroom_me", pk=classroom.pk)
    messages.success(request, _("You have left “%(name)s”. Your results are kept.") % {"name": classroom})
    return redirect("quizzes:classroom_list")


# Settings -------------------------------------------------------------------------------------------------------------


@READ_WRITE
def classroom_settings(request: LoggedInRequest, pk: int) -> HttpResponse:
    classroom = get_object_or_404(Classroom.objects.taught_by(request.user), pk=pk)
    form = SettingsForm(request.POST or None, instance=classroom)
    if form.is_valid():
        try:
            classrooms.change(classroom, actor=request.user, **form.cleaned_data)
        except QuizError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
        else:
            messages.success(request, _("The settings of “%(name)s” are saved.") % {"name": classroom})
            return redirect("quizzes:classroom_detail", pk=pk)
    return render(
        request, "quizzes/classrooms/settings.html", {"classroom": classroom, "form": form, "is_teaching": True}
    )


@READ_WRITE
def classroom_archive(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Archive after a confirmation, or take back from the archive."""
    classroom = get_object_or_404(Classroom.objects.taught_by(request.user), pk=pk)
    if request.POST.get("do") == "unarchive":
        classrooms.unarchive(classroom, actor=request.user)
        messages.success(
            request,
            _("“%(name)s” is back from the archive. To let students join again, open its code.") % {"name": classroom},
        )
        return redirect("quizzes:classroom_detail", pk=pk)
    if request.POST.get("do") == "archive" and "confirmed" in request.POST:
        classrooms.archive(classroom, actor=request.user, now=clock.now())
        messages.success(request, _("“%(name)s” is archived. Its results are kept.") % {"name": classroom})
        return redirect("quizzes:classroom_list")
    text = _("Its code stops working and nothing in it can be started. Results are kept, and you can bring it back.")
    return confirm(
        request,
        title=_("Archive “%(name)s”?") % {"name": classroom},
        text=text,
        do="archive",
        label=_("Archive the class"),
        back=reverse("quizzes:classroom_settings", args=[classroom.pk]),
    )
