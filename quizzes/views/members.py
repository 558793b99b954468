"""The members of a classroom: who is in it, and the code that lets people in."""

from __future__ import annotations

import io

import segno
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quizzes import clock, limits
from quizzes.errors import QuizError
from quizzes.forms.accounts import ForgottenPasswordForm
from quizzes.forms.classrooms import RoleForm, TimeForm
from quizzes.mailing import mail_can_be_sent
from quizzes.models import Attempt, Classroom, Invitation, Membership
from quizzes.services import accounts, classrooms, slips
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE, confirm, teaches

PAGE = 50
ATTEMPTS = 20


@require_GET
def classroom_members(request: LoggedInRequest, pk: int) -> HttpResponse:
    classroom = get_object_or_404(Classroom.objects.assisted_by(request.user), pk=pk)
    members = Membership.objects.filter(classroom=classroom).select_related("user")
    former, is_teaching = "former" in request.GET, teaches(request.user, classroom)
    members = members.exclude(status=Membership.Status.ACTIVE) if former else members.active()
    if words := request.GET.get("q", "").strip()[:100]:
        members = members.filter(_named(words, by_address=is_teaching))
    members = members.order_by("role", "user__last_name", "user__first_name", "user__username", "pk")
    is_teaching = teaches(request.user, classroom)
    context = {
        "classroom": classroom,
        "invited": Invitation.objects.pending(classroom) if is_teaching and not former else (),
        "page": Paginator(members, PAGE).get_page(request.GET.get("page")),
        "words": words,
        "former": former,
        "is_teaching": is_teaching,
    }
    return render(request, "quizzes/classrooms/members.html", context)


def _named(words: str, *, by_address: bool) -> Q:
    """Return every word somewhere in a name, or in the address where it may be seen."""
    fields = ["user__first_name", "user__last_name", "user__username", "nickname"]
    fields += ["user__email"] if by_address else []
    condition = Q()
    for word in words.split()[:5]:
        one = Q()
        for field in fields:
            one |= Q(**{f"{field}__icontains": word})
        condition &= one
    return condition


# One member -----------------------------------------------------------------------------------------------------------


@READ_WRITE
def classroom_member(request: LoggedInRequest, pk: int, member: int) -> HttpResponse:
    """Show one member: role, time, and whether they are in it at all."""
    seen = Classroom.objects.taught_by if request.method == "POST" else Classroom.objects.assisted_by
    classroom = get_object_or_404(seen(request.user), pk=pk)
    members = Membership.objects.filter(classroom=classroom).select_related("user", "classroom")
    membership = get_object_or_404(members, pk=member)
    if request.method == "POST":
        return _change(request, membership)
    taken = Attempt.objects.filter(learner=membership.user, assignment__classroom=classroom)
    context = {
        "classroom": classroom,
        "member": membership,
        "role_form": RoleForm(initial={"role": membership.role}),
        "time_form": TimeForm(membership=membership),
        "attempts": taken.select_related("quiz", "assignment__quiz").order_by("-started_at", "-pk")[:ATTEMPTS],
        "is_teaching": teaches(request.user, classroom),
        **_password_context(request, membership),
    }
    return render(request, "quizzes/classrooms/member.html", context)


def _password_context(request: LoggedInRequest, membership: Membership) -> dict[str, bool]:
    """Return how this member can get a new password: by a slip, by a mail, or only by an administrator."""
    return {
        "gets_slip": slips.eligible(membership.classroom, by=request.user).filter(pk=membership.pk).exists(),
        "gets_mail": mail_can_be_sent() and accounts.has_confirmed_address(membership.user),
    }


def _change(request: LoggedInRequest, membership: Membership) -> HttpResponse:
    here = reverse("quizzes:classroom_member", args=[membership.classroom_id, membership.pk])
    name = membership.user.full_name
    if request.POST.get("do") == "remove" and "confirmed" not in request.POST:
        return confirm(
            request,
            title=_("Remove %(name)s?") % {"name": name},
            text=_("They can no longer see this class or rejoin with its code. Attempts and results are kept."),
            do="remove",
            label=_("Remove from the class"),
            back=here,
        )
    try:
        with transaction.atomic():
            message = _act(request, membership)
            _note(request, membership, message % {"name": name})
    except QuizError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, message % {"name": name})
    return redirect(here)


def _note(request: LoggedInRequest, membership: Membership, text: str) -> None:
    """Keep who did what to whom, with what holds from now on, in the history of the workshop."""
    time = _("no time limit") if membership.is_untimed else f"× {membership.time_factor}"
    now_is = f"{membership.get_role_display()}, {membership.get_status_display()}, {time}"
    LogEntry.objects.log_actions(
        request.user.pk, [membership], CHANGE, change_message=f"{text} ({now_is})", single_object=True
    )


def _act(request: LoggedInRequest, membership: Membership) -> str:
    """Do what was asked for; the sentence that says it, with a place for the name."""
    do, now, actor = request.POST.get("do"), clock.now(), request.user
    if do == "remove":
        classrooms.remove(membership, actor=actor, now=now)
        return _("%(name)s was removed. Attempts and results are kept.")
    if do == "reset_mail":
        return _mail_new_password(request, membership)
    if do == "restore":
        classrooms.restore(membership, actor=actor, now=now)
        return _("%(name)s is back in the class.")
    role, time = RoleForm(request.POST), TimeForm(request.POST, membership=membership)
    if do == "role" and role.is_valid():
        classrooms.set_role(membership, role.cleaned_data["role"], actor=actor, now=now)
        return _("Role of %(name)s saved.")
    if do == "time" and time.is_valid():
        factor, is_untimed = time.terms()
        classrooms.set_time(membership, time_factor=factor, is_untimed=is_untimed, actor=actor, now=now)
        return _("Extra time of %(name)s saved. Running attempts follow at once.")
    raise QuizError(_("Something was wrong with that request. Reload the page and try again."))


def _mail_new_password(request: LoggedInRequest, membership: Membership) -> str:
    """Send the mail that the member could ask for as well."""
    user = membership.user
    if user.is_staff or not mail_can_be_sent() or not accounts.has_confirmed_address(user):
        raise QuizError(_("They can't get an e-mail."))
    limits.take(request, "reset_password", key=user.email.lower())
    form = ForgottenPasswordForm({"email": user.email})
    if not form.is_valid():
        raise QuizError(_("They can't get an e-mail."))
    form.save(request)
    return _("An e-mail to choose a new password is on its way to %(name)s.")


# The code -------------------------------------------------------------------------------------------------------------


@READ_WRITE
def classroom_code(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Show the code, its link and its picture; renew it, open or close the classroom to it."""
    seen = Classroom.objects.taught_by if request.method == "POST" else Classroom.objects.assisted_by
    classroom = get_object_or_404(seen(request.user), pk=pk)
    if request.method == "POST":
        return _change_code(request, classroom)
    context = {
        "classroom": classroom,
        "link": join_link(request, classroom),
        "students": Membership.objects.students().filter(classroom=classroom).count(),
        "is_teaching": teaches(request.user, classroom),
    }
    return render(request, "quizzes/classrooms/code.html", context)


def _change_code(request: LoggedInRequest, classroom: Classroom) -> HttpResponse:
    here, do = reverse("quizzes:classroom_code", args=[classroom.pk]), request.POST.get("do")
    if do == "renew" and "confirmed" not in request.POST:
        return confirm(
            request,
            title=_("Make a new code?"),
            text=_("The old code, link and QR code stop working at once. Members stay in the class."),
            do="renew",
            label=_("Make a new code"),
            back=here,
        )
    if do == "renew":
        classrooms.renew_code(classroom, actor=request.user)
        messages.success(request, _("The class has a new code. The old one no longer works."))
    elif do in ("open", "close"):
        classrooms.set_join_open(classroom, do == "open", actor=request.user)
        messages.success(
            request, _("Students can join again.") if do == "open" else _("Nobody can join with the code now.")
        )
    return redirect(here)


def join_link(request: LoggedInRequest, classroom: Classroom) -> str:
    return request.build_absolute_uri(reverse("quizzes:classroom_join_link", args=[classroom.join_code]))


@require_GET
def classroom_qr(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Show the link as a QR code, dark on white in either theme, as scanners want it."""
    classroom = get_object_or_404(Classroom.objects.assisted_by(request.user), pk=pk)
    out = io.BytesIO()
    segno.make(join_link(request, classroom), error="m", micro=False).save(
        out, kind="svg", border=2, light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")
