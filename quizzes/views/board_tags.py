"""The names under which boards are followed, and their tags for other pages that show a board as well."""

from __future__ import annotations

from datetime import datetime

from quizzes.models import Assignment, Classroom
from quizzes.reports.leaderboards import EVER, Board
from quizzes.reports.progress import Progress
from quizzes.views import live
from quizzes.views.requests import LoggedInRequest


def board_key(classroom: Classroom, since: datetime, *, shows_all: bool) -> live.Key:
    return "board", classroom.pk, since, shows_all


def board_tag(request: LoggedInRequest, classroom: Classroom, board: Board, *, shows_all: bool) -> str:
    """Return the tag of the board from the start."""
    return live.tag(request, board_key(classroom, EVER, shows_all=shows_all), board)


def progress_key(assignment: Assignment, *, is_teaching: bool) -> live.Key:
    return "progress", assignment.pk, is_teaching


def progress_tag(request: LoggedInRequest, assignment: Assignment, found: Progress, *, is_teaching: bool) -> str:
    """Return the tag of who is where."""
    return live.tag(request, progress_key(assignment, is_teaching=is_teaching), found)
