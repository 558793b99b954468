"""What a classroom is given to do: assign, change, withdraw, exceptions for single members."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quizzes import clock
from quizzes.errors import QuizError
from quizzes.forms.assignments import AccommodationForm, AssignmentForm
from quizzes.models import Accommodation, Assignment, Classroom, Membership, Quiz
from quizzes.models.quizzes import Preset
from quizzes.reports import progress, release
from quizzes.services import assignments, cautions, overlaps
from quizzes.views.board_tags import progress_tag
from quizzes.views.requests import LoggedInRequest, read_in
from quizzes.views.shortcuts import READ_WRITE, confirm, teaches


@READ_WRITE
def assignment_create(request: LoggedInRequest, pk: int) -> HttpResponse:
    classroom = get_object_or_404(Classroom.objects.live().taught_by(request.user), pk=pk)
    read_in(classroom.time_zone)
    quizzes = Quiz.objects.usable_by(request.user).published().order_by("title", "pk")
    wanted = {"quiz": request.GET.get("quiz", "")}
    form = AssignmentForm(request.POST or None, zone=classroom.time_zone, quizzes=quizzes, initial=wanted)
    warnings = None
    if form.is_valid() and not (warnings := _to_tell(request, form, classroom, form.cleaned_data["quiz"])):
        fields = dict(form.cleaned_data)
        keeps = request.user if fields.pop("keeps_questions") else None
        try:
            assignment = assignments.assign(classroom, **fields, keeps_questions_of=keeps, now=clock.now())
        except QuizError as error:
            refuse(form, error)
        else:
            sentence = _("“%(quiz)s” is assigned to %(classroom)s.")
            messages.success(request, sentence % {"quiz": assignment.quiz, "classroom": classroom})
            return redirect("quizzes:assignment_detail", pk=assignment.pk)
    context = {"classroom": classroom, "form": form, "is_teaching": True, **(warnings or {})}
    return render(request, "quizzes/assignments/create.html", context)


def _to_tell(
    request: LoggedInRequest, form: AssignmentForm, classroom: Classroom, quiz: Quiz, stored: Assignment | None = None
) -> dict[str, object]:
    """Return what an instructor must have read first: possible slips, and what becomes secret; nothing where it was told."""
    was_exam = stored is not None and stored.preset == Preset.EXAM
    told = {} if was_exam else _of_exam(request, form, classroom, quiz)
    warnings = cautions.of_assignment(classroom, quiz, form.cleaned_data, now=clock.now(), stored=stored)
    return {**told, "cautions": warnings} if told or _is_news(request, warnings) else {}


def _is_news(request: LoggedInRequest, found: list[cautions.Caution]) -> bool:
    """Return whether the person has not been told one of these yet; what they were told comes back with the form."""
    return not {caution.key for caution in found} <= set(request.POST.getlist("told"))


def _of_exam(request: LoggedInRequest, form: AssignmentForm, classroom: Classroom, quiz: Quiz) -> dict[str, object]:
    """Return what an instructor must have read before a quiz becomes an exam; nothing where it shares nothing, or was told."""
    cleaned = form.cleaned_data
    closes_at = cleaned["closes_at"] or cleaned["due_at"] or quiz.closes_at
    is_exam = (cleaned["feedback"] or quiz.feedback) == Preset.EXAM
    if not is_exam or closes_at is None or "is_told" in request.POST:
        return {}
    kept_for = request.user if cleaned["keeps_questions"] else None
    overlaps_found = overlaps.of_exam(quiz, classroom, until=closes_at, kept_for=kept_for)
    return {"overlaps": overlaps_found, "closes_at": closes_at} if overlaps_found else {}


def refuse(form: Form, error: QuizError) -> None:
    """Say what a service refuses at the field it is about."""
    form.add_error(error.where if error.where in form.fields else None, str(error))


@require_GET
def assignment_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Show the terms, and who is where, to those who teach or assist."""
    now = clock.now()
    theirs = Assignment.objects.filter(classroom__in=Classroom.objects.assisted_by(request.user))
    assignment = get_object_or_404(theirs.select_related("classroom", "quiz"), pk=pk)
    read_in(assignment.classroom.time_zone)
    exceptions = Accommodation.objects.filter(assignment=assignment).select_related("membership__user", "granted_by")
    where, is_teaching = progress.of_assignment(assignment, now=now), teaches(request.user, assignment.classroom)
    context = {
        "classroom": assignment.classroom,
        "assignment": assignment,
        "own_terms": assignment.overrides(),
        "is_open": assignment.opens_at is None or assignment.opens_at <= now,
        "exceptions": exceptions.order_by("membership__user__last_name", "pk"),
        "board_version": progress_tag(request, assignment, where, is_teaching=is_teaching),
        "progress": where,
        "release": release.of_assignment(assignment, now=now),
        "is_teaching": is_teaching,
    }
    return render(request, "quizzes/assignments/detail.html", context)


@READ_WRITE
def assignment_edit(request: LoggedInRequest, pk: int) -> HttpResponse:
    managed = Assignment.objects.managed_by(request.user).select_related("classroom", "quiz")
    assignment = get_object_or_404(managed, pk=pk)
    if request.POST.get("do") == "withdraw":
        return _withdraw(request, assignment)
    classroom = assignment.classroom
    read_in(classroom.time_zone)
    form = AssignmentForm(request.POST or None, zone=classroom.time_zone, stored=assignment)
    warnings = None
    if form.is_valid() and not (warnings := _to_tell(request, form, classroom, assignment.quiz, assignment)):
        try:
            assignments.change(assignment, actor=request.user, now=clock.now(), **form.cleaned_data)
        except QuizError as error:
            refuse(form, error)
        else:
            messages.success(request, _("“%(quiz)s”: changes saved.") % {"quiz": assignment.quiz})
            return redirect("quizzes:assignment_detail", pk=pk)
    context = {"classroom": classroom, "assignment": assignment, "form": form, "is_teaching": True, **(warnings or {})}
    return render(request, "quizzes/assignments/edit.html", context)


def _withdraw(request: LoggedInRequest, assignment: Assignment) -> HttpResponse:
    here = reverse("quizzes:assignment_edit", args=[assignment.pk])
    words: dict[str, object] = {"quiz": assignment.quiz, "classroom": assignment.classroom}
    if "confirmed" not in request.POST:
        return confirm(
            request,
            title=_("Withdraw “%(quiz)s”?") % words,
            text=_("Students in %(classroom)s no longer see it. The quiz itself stays.") % words,
            do="withdraw",
            label=_("Withdraw the assignment"),
            back=here,
        )
    try:
        assignments.withdraw(assignment)
    except QuizError as error:
        messages.error(request, str(error))
        return redirect(here)
    messages.success(request, _("“%(quiz)s” was withdrawn from %(classroom)s.") % words)
    return redirect("quizzes:classroom_detail", pk=assignment.classroom_id)


@READ_WRITE
def accommodation(request: LoggedInRequest, pk: int, member: int) -> HttpResponse:
    """Give, change or take back an exception for one member."""
    managed = Assignment.objects.managed_by(request.user).select_related("classroom", "quiz")
    assignment = get_object_or_404(managed, pk=pk)
    members = Membership.objects.students().filter(classroom=assignment.classroom_id).select_related("user")
    membership = get_object_or_404(members, pk=member)
    stored = Accommodation.objects.filter(assignment=assignment, membership=membership).first()
    if request.POST.get("do") == "revoke" and stored is not None:
        return _revoke(request, stored, membership)
    read_in(assignment.classroom.time_zone)
    form = AccommodationForm(request.POST or None, zone=assignment.classroom.time_zone, stored=stored)
    warnings: list[cautions.Caution] = []
    if form.is_valid():
        warnings = cautions.of_exception(assignment, form.cleaned_data, now=clock.now(), stored=stored)
    if form.is_valid() and not _is_news(request, warnings):
        try:
            assignments.grant(assignment, membership, **form.cleaned_data, actor=request.user, now=clock.now())
        except QuizError as error:
            refuse(form, error)
        else:
            words = {"name": membership.user.full_name}
            messages.success(request, _("Exception for %(name)s saved. A running attempt follows at once.") % words)
            return redirect("quizzes:assignment_detail", pk=pk)
    context = {
        "classroom": assignment.classroom,
        "assignment": assignment,
        "member": membership,
        "stored": stored,
        "form": form,
        "cautions": warnings,
        "is_teaching": True,
    }
    return render(request, "quizzes/assignments/accommodation.html", context)


def _revoke(request: LoggedInRequest, stored: Accommodation, membership: Membership) -> HttpResponse:
    words = {"name": membership.user.full_name}
    if "confirmed" not in request.POST:
        return confirm(
            request,
            title=_("Remove the exception for %(name)s?") % words,
            text=_("The class's times apply to them again. A running attempt follows at once."),
            do="revoke",
            label=_("Remove the exception"),
            back=reverse("quizzes:accommodation", args=[stored.assignment_id, membership.pk]),
        )
    assignments.revoke(stored, actor=request.user, now=clock.now())
    messages.success(request, _("Exception for %(name)s removed.") % words)
    return redirect("quizzes:assignment_detail", pk=stored.assignment_id)
