"""Boards that follow what happens: leaderboards, who is where in an assignment, and a view for the projector."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from quizzes import clock
from quizzes.errors import NotShown
from quizzes.models import Assignment, Classroom, Membership, User
from quizzes.reports import leaderboards, progress
from quizzes.reports.leaderboards import EVER, Board
from quizzes.reports.progress import Counts, Progress
from quizzes.views import live
from quizzes.views.board_tags import board_key, progress_key
from quizzes.views.live import Context
from quizzes.views.requests import LoggedInRequest, read_in
from quizzes.views.shortcuts import teaches

TOP, WALL = 10, 8  # ranks on a page that shows more than the board, and on a projector


def seen_by(user: User) -> QuerySet[Classroom]:
    """Return the classrooms whose boards the person may see: where they are a member in any role; an administrator
    sees all."""
    if user.is_superuser:
        return Classroom.objects.all()
    # As `joined_by`, but a join instead of a subquery, which costs half: each watcher asks it every two seconds.
    return Classroom.objects.filter(memberships__user=user, memberships__status=Membership.Status.ACTIVE)


# A classroom ----------------------------------------------------------------------------------------------------------


@require_GET
def classroom_board(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Show the board of all time, with ?span=week of this week; ?all has every rank, ?top the part for the class page."""
    now = clock.now()
    classroom = get_object_or_404(seen_by(request.user), pk=pk)
    since, shows_all = _since(request, classroom, now), _shows_all(request, classroom)

    def board(max_age: int) -> Board:
        return leaderboards.for_classroom(classroom, now=now, since=since, max_age=max_age)

    def context(board: Board) -> Context:
        return {
            "board": board.as_seen_by(request.user, shows_all=shows_all),
            "classroom": classroom,
            "is_of_week": since != EVER,
            "top": TOP if "top" in request.GET else None,
            **_extent(request, "span=week" if since != EVER else ""),
        }

    key = board_key(classroom, since, shows_all=shows_all)
    return live.respond(request, "board", key=key, content=board, context=context)


def _shows_all(request: LoggedInRequest, classroom: Classroom) -> bool:
    """Return whether the reader may see every rank; raise NotShown where they ask for every rank and may not."""
    shows_all = leaderboards.shows_all_to(request.user, classroom)
    if "all" in request.GET and not shows_all:
        raise NotShown
    return shows_all


def _extent(request: HttpRequest, period: str = "") -> Context:
    """Return whether every rank is asked for, and where the whole and the reader's own part of the board are."""
    return {
        "is_whole": "all" in request.GET,
        "all_url": "?" + "&".join(filter(None, [period, "all"])),
        "near_url": f"?{period}",
    }


def _since(request: HttpRequest, classroom: Classroom, now: datetime) -> datetime:
    """Return when this week began in the classroom's zone, where the board of the week is asked for."""
    if request.GET.get("span") != "week":
        return EVER
    here = now.astimezone(ZoneInfo(classroom.time_zone))
    return (here - timedelta(days=here.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


# An assignment --------------------------------------------------------------------------------------------------------


def _assignments() -> QuerySet[Assignment]:
    return Assignment.objects.select_related("classroom", "quiz")


@require_GET
def assignment_board(request: LoggedInRequest, pk: int) -> HttpResponse:
    now = clock.now()
    # Its quiz is read when it is shown: most answers are that nothing changed.
    seen = Assignment.objects.filter(classroom__in=seen_by(request.user)).select_related("classroom")
    assignment = get_object_or_404(seen, pk=pk)
    shows_all = _shows_all(request, assignment.classroom)

    def board(max_age: int) -> Board:
        return leaderboards.for_assignment(assignment, now=now, max_age=max_age)

    def context(board: Board) -> Context:
        return {
            "board": board.as_seen_by(request.user, shows_all=shows_all),
            "classroom": assignment.classroom,
            "assignment": assignment,
            **_extent(request),
        }

    return live.respond(request, "board", key=("assignment", assignment.pk, shows_all), content=board, context=context)


@require_GET
def assignment_progress(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Show who has not started, who is in the middle and who is done, for those who teach or assist."""
    now = clock.now()
    assisted = Classroom.objects.assisted_by(request.user)
    assignment = get_object_or_404(_assignments().filter(classroom__in=assisted), pk=pk)
    read_in(assignment.classroom.time_zone)
    is_teaching = teaches(request.user, assignment.classroom)

    def found(_max_age: int) -> Progress:
        return progress.of_assignment(assignment, now=now)

    def context(found: Progress) -> Context:
        return {
            "progress": found,
            "is_teaching": is_teaching,
            "classroom": assignment.classroom,
            "assignment": assignment,
        }

    key = progress_key(assignment, is_teaching=is_teaching)
    return live.respond(request, "progress", key=key, content=found, context=context)


# The projector --------------------------------------------------------------------------------------------------------


@require_GET
def classroom_projector(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Show how far the class is, the first ranks and the code to join, for a projector. Nobody's own row."""
    now = clock.now()
    classroom = get_object_or_404(Classroom.objects.assisted_by(request.user), pk=pk)
    assignment = _on_the_wall(request, classroom, now)

    def wall(max_age: int) -> tuple[Board, Counts | None]:
        if assignment is None:
            return _top(leaderboards.for_classroom(classroom, now=now, max_age=max_age)), None
        board = leaderboards.for_assignment(assignment, now=now, max_age=max_age)
        return _top(board), progress.of_assignment(assignment, now=now).counts

    def context(wall: tuple[Board, Counts | None]) -> Context:
        board, counts = wall
        return {"classroom": classroom, "assignment": assignment, "board": board, "counts": counts}

    about = (assignment.pk, assignment.quiz.title) if assignment else ()
    return live.respond(request, "projector", key=("wall", classroom.pk, *about), content=wall, context=context)


def _top(board: Board) -> Board:
    return replace(board, rows=board.top(WALL))


def _on_the_wall(request: HttpRequest, classroom: Classroom, now: datetime) -> Assignment | None:
    """Return the assignment asked for; else the one that opened last and is open still; None for the whole classroom."""
    wanted = request.GET.get("assignment", "")
    if wanted.isascii() and wanted.isdigit():
        return _assignments().filter(classroom=classroom, pk=int(wanted)).first()
    running = Assignment.objects.open_at(now).filter(classroom=classroom, opens_at__lte=now)
    return running.select_related("classroom", "quiz").order_by("-opens_at", "-pk").first()
