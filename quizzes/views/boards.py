"""Boards that follow what happens: leaderboards, who is where in an assignment, and a view for the projector."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from quizzes import clock
from quizzes.models import Assignment, Classroom, User
from quizzes.reports import leaderboards, progress
from quizzes.views.live import Context, live, tag_at
from quizzes.views.requests import LoggedInRequest

TOP = 10


def seen_by(user: User) -> QuerySet[Classroom]:
    """The classrooms whose boards the person may see: where they are a member in any role; an administrator sees all."""
    return Classroom.objects.all() if user.is_superuser else Classroom.objects.joined_by(user)


# A classroom ----------------------------------------------------------------------------------------------------------


def _version_of_classroom(request: HttpRequest, pk: int) -> str:
    now = clock.now()
    classroom = Classroom.objects.filter(pk=pk).first()
    return _board_version(classroom, _since(request, classroom, now), now) if classroom else ""


def _board_version(classroom: Classroom, since: datetime | None, now: datetime) -> str:
    return f"{leaderboards.version(classroom, now=now)} {since}"


def board_tag(request: HttpRequest, classroom: Classroom, *, now: datetime) -> str:
    """The tag of the board from the start, for a page that shows it; to be asked before the board itself is read."""
    address = reverse("quizzes:classroom_board", args=[classroom.pk])
    return tag_at(address, _board_version(classroom, None, now), request)


@live(_version_of_classroom)
def classroom_board(request: LoggedInRequest, pk: int) -> tuple[str, Context]:
    """From the start, or with ?span=week of this week."""
    now = clock.now()
    classroom = get_object_or_404(seen_by(request.user), pk=pk)
    since = _since(request, classroom, now)
    board = leaderboards.for_classroom(classroom, viewer=request.user, now=now, since=since)
    return "board", {"board": board, "classroom": classroom, "since": since}


def _since(request: HttpRequest, classroom: Classroom, now: datetime) -> datetime | None:
    """When this week began in the classroom's zone, where the board of the week is asked for."""
    if request.GET.get("span") != "week":
        return None
    here = now.astimezone(ZoneInfo(classroom.time_zone))
    return (here - timedelta(days=here.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


# An assignment --------------------------------------------------------------------------------------------------------


def _assignments() -> QuerySet[Assignment]:
    return Assignment.objects.select_related("classroom", "quiz")


def _version_of_assignment(request: HttpRequest, pk: int) -> str:
    found = _assignments().filter(pk=pk).first()
    return leaderboards.version(found.classroom, now=clock.now(), assignment=found) if found else ""


@live(_version_of_assignment)
def assignment_board(request: LoggedInRequest, pk: int) -> tuple[str, Context]:
    assignment = get_object_or_404(_assignments().filter(classroom__in=seen_by(request.user)), pk=pk)
    board = leaderboards.for_assignment(assignment, viewer=request.user, now=clock.now())
    return "board", {"board": board, "classroom": assignment.classroom, "assignment": assignment}


def _version_of_progress(request: HttpRequest, pk: int) -> str:
    found = Assignment.objects.filter(pk=pk).first()
    return progress.version(found, now=clock.now()) if found else ""


def progress_tag(request: HttpRequest, assignment: Assignment, *, now: datetime) -> str:
    """The tag of who is where, for a page that shows it; to be asked before it is read."""
    address = reverse("quizzes:assignment_progress", args=[assignment.pk])
    return tag_at(address, progress.version(assignment, now=now), request)


@live(_version_of_progress)
def assignment_progress(request: LoggedInRequest, pk: int) -> tuple[str, Context]:
    """Who has not started, who is in the middle and who is done, for those who teach or assist."""
    assisted = Classroom.objects.assisted_by(request.user)
    assignment = get_object_or_404(_assignments().filter(classroom__in=assisted), pk=pk)
    found = progress.of_assignment(assignment, now=clock.now())
    context = {"progress": found, "classroom": assignment.classroom, "assignment": assignment}
    taught = Classroom.objects.taught_by(request.user).filter(pk=assignment.classroom_id)
    return "progress", {**context, "is_teaching": taught.exists()}


# The projector --------------------------------------------------------------------------------------------------------


def _version_of_wall(request: HttpRequest, pk: int) -> str:
    now = clock.now()
    classroom = Classroom.objects.filter(pk=pk).first()
    if classroom is None:
        return ""
    assignment = _on_the_wall(request, classroom, now)
    board = leaderboards.version(classroom, now=now, assignment=assignment)
    return f"{board} {progress.version(assignment, now=now)}" if assignment else board


@live(_version_of_wall)
def classroom_projector(request: LoggedInRequest, pk: int) -> tuple[str, Context]:
    """For a wall: the code to join, the ten first, how far the class is. Nobody's own row."""
    now = clock.now()
    classroom = get_object_or_404(Classroom.objects.assisted_by(request.user), pk=pk)
    assignment = _on_the_wall(request, classroom, now)
    context: Context = {"classroom": classroom, "assignment": assignment}
    if assignment is None:
        board = leaderboards.for_classroom(classroom, viewer=request.user, now=now)
    else:
        board = leaderboards.for_assignment(assignment, viewer=request.user, now=now)
        context["progress"] = progress.of_assignment(assignment, now=now)
    return "projector", {**context, "board": board, "rows": board.top(TOP)}


def _on_the_wall(request: HttpRequest, classroom: Classroom, now: datetime) -> Assignment | None:
    """The assignment asked for; else the one that opened last and is open still; None for the whole classroom."""
    wanted = request.GET.get("assignment", "")
    if wanted.isascii() and wanted.isdigit():
        return _assignments().filter(classroom=classroom, pk=int(wanted)).first()
    running = Assignment.objects.open_at(now).filter(classroom=classroom, opens_at__lte=now)
    return running.select_related("classroom", "quiz").order_by("-opens_at", "-pk").first()
