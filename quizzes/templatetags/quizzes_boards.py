"""What a leaderboard shows of a long list: the first three, one's neighbors, the first ranks, and the headline.

{% for row in board|podium %}     those of the first three ranks
{% for row in board|neighbors %}  one's own row and three on either side, or the next ranks of who has none
{% for row in board|lines:10 %}   rows, with None where ranks are left out
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django import template
from django.contrib.humanize.templatetags.humanize import ordinal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.figures import marks

if TYPE_CHECKING:
    from quizzes.reports.leaderboards import Board, Standing

register = template.Library()
SPAN = 3  # neighbors on either side of one's own row
STEPS = 3  # of a podium
PODIUM = 4  # at most so many stand on it: with ties there may be more than three
NEXT = 7  # rows next to a podium, for a reader without a place


@register.filter
def lines(board: Board, top: int = 10) -> list[Standing | None]:
    """Return the `top` first rows and, after a gap, the reader's own with its neighbors; a gap of one row is not made.

    Fewer first rows where a class shows its students only their neighbors.
    """
    top = top if board.shows_all else STEPS
    first = list(board.rows[:top])
    place = next((index for index, row in enumerate(board.rows) if row.is_me), None)
    if place is None:
        return [*first]
    start, end = max(top, place - SPAN), place + SPAN + 1
    if start <= top + 1:
        return [*board.rows[: max(top, end)]]
    return [*first, None, *board.rows[start:end]]


@register.filter
def podium(board: Board) -> Sequence[Standing]:
    """Return the first three ranks; empty where nobody would stand next to them, or ties put too many on it."""
    first = [row for row in board.rows[: PODIUM + 1] if row.rank <= STEPS]
    return first if len(first) <= PODIUM and len(first) < board.size else []


@register.filter
def neighbors(board: Board) -> Sequence[Standing]:
    """Return the reader's own row with those around it; without a place the next ranks, where all are shown."""
    first, following = len(podium(board)), NEXT if board.shows_all else 0
    return board.nearby(SPAN) or board.rows[first : first + following]


@register.simple_tag
def headline(board: Board) -> str:
    """Return “You are 4th of 13, up 2.”, where they rose since a week ago; for a reader without a place who leads."""
    if board.me is not None:
        words = {"rank": ordinal(board.me.rank), "size": board.size, "n": board.me.up}
        return (
            _("You are %(rank)s of %(size)s, up %(n)s.") if board.me.up else _("You are %(rank)s of %(size)s.")
        ) % words
    leaders = sum(row.rank == 1 for row in board.rows)
    if not leaders:
        return _("No ranks yet.")
    if leaders == 1:
        return _("%(name)s leads.") % {"name": board.rows[0].name}
    return ngettext("%(n)d student shares first place.", "%(n)d students share first place.", leaders) % {"n": leaders}


@register.simple_tag
def distance(board: Board) -> str:
    """Return how far the reader is from the next rank: “1.25 points to 6th place.”; empty where there is nothing to say."""
    if board.me is None:
        return ""
    others = sum(row.rank == board.me.rank for row in board.rows) - 1
    if others:
        return ngettext("%(n)d other has the same score.", "%(n)d others have the same score.", others) % {"n": others}
    ahead = [row for row in board.rows if row.rank < board.me.rank]
    gap = ahead[-1].points - board.me.points if ahead else Decimal(0)
    if gap <= 0:  # nobody is ahead, or by less than is shown
        return ""
    words = {"points": marks(gap), "rank": ordinal(ahead[-1].rank)}
    return (
        ngettext("%(points)s point to %(rank)s place.", "%(points)s points to %(rank)s place.", 1 if gap == 1 else 2)
        % words
    )
