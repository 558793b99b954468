"""What a leaderboard shows of a long list: the first ranks, and those around one's own.

{% for row in board|lines:10 %}   rows, with None where ranks are left out
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

if TYPE_CHECKING:
    from quizzes.reports.leaderboards import Board, Standing

register = template.Library()
SPAN = 3  # neighbours on either side of one's own row


@register.filter
def lines(board: Board, top: int = 10) -> list[Standing | None]:
    """The `top` first rows and, after a gap, the reader's own with its neighbours; a gap of one row is not made."""
    first = list(board.rows[:top])
    place = next((index for index, row in enumerate(board.rows) if row.is_me), None)
    if place is None:
        return [*first]
    start, end = max(top, place - SPAN), place + SPAN + 1
    if start <= top + 1:
        return [*board.rows[: max(top, end)]]
    return [*first, None, *board.rows[start:end]]
