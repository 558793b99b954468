"""From a time as people write it on a clock to an instant, what to say where the clocks change, and durations. Pure.

A classroom's zone decides. In spring some local times are skipped and are refused; in autumn some happen twice, and the
person is asked which is meant. Both follow from one test: an instant must come back as the local time it was made from.
That holds for zones that move by half an hour (Lord Howe) or at midnight as well.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.translation import gettext as _

EARLIEST_YEAR, LATEST_YEAR = 1970, 2100  # other years are a slip of the finger


class LocalTimeGap(ValueError):
    """A local time that the clocks skip."""


class LocalTimeTwice(ValueError):
    """A local time that happens twice, given without saying which is meant."""


def parse_local(text_or_naive: str | datetime, zone: str, *, second: bool | None = None) -> datetime:
    """Return the instant, in UTC, of a time written without a zone: "2026-03-29 09:00", "2026-03-29T09:00" or a naive datetime.

    `second` says which of two is meant where the clocks go back (True: the later one); elsewhere it is not looked at.
    Raises LocalTimeGap, LocalTimeTwice, or ValueError for what is no time or lies in a year out of reach, each with a
    sentence for the person.
    """
    naive = _naive(text_or_naive)
    first, later = (naive.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() == later.utcoffset():
        return first.astimezone(UTC)
    words = {"time": naive.strftime("%H:%M"), "zone": zone}
    if not _exists(first, naive):
        raise LocalTimeGap(_("%(time)s does not exist on that day in %(zone)s; the clocks go forward.") % words)
    if second is None:
        raise LocalTimeTwice(
            _("%(time)s happens twice on that day in %(zone)s; the clocks go back. Say which of the two you mean.")
            % words
        )
    return (later if second else first).astimezone(UTC)


def _naive(given: str | datetime) -> datetime:
    wrong = _("Give a date and a time, such as 2026-03-02 09:00.")
    try:
        naive = datetime.fromisoformat(given.strip()) if isinstance(given, str) else given
    except ValueError as error:
        raise ValueError(wrong) from error
    if naive.tzinfo is not None:
        raise ValueError(wrong)
    if not EARLIEST_YEAR <= naive.year <= LATEST_YEAR:
        years = {"first": EARLIEST_YEAR, "last": LATEST_YEAR}
        raise ValueError(_("The year must be from %(first)d to %(last)d.") % years)
    return naive.replace(fold=0)


def _exists(local: datetime, naive: datetime) -> bool:
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None, fold=0) == naive


def in_words(local: date, now: datetime, *, clock: bool = True, seconds: bool = False) -> str:
    """Return a date, or a time in its own zone, in the one style of the site: "Mon, Nov 30, 2:00 p.m."; the year if
    another."""
    this_year = now.astimezone(local.tzinfo).year if isinstance(local, datetime) else now.year
    day = dateformat.format(local, _("D, M j") if local.year == this_year else _("D, M j, Y"))
    return f"{day}, {on_the_clock(local, seconds=seconds)}" if clock and isinstance(local, datetime) else day


def on_the_clock(local: datetime, *, seconds: bool = False) -> str:
    """Return the time of the day: "2:00 p.m."."""
    return dateformat.format(local, _("g:i:s a") if seconds else _("g:i a"))


def styled(local: object, pattern: str | None, now: datetime) -> str | None:
    """Return a date or time for a pattern of Django's formats: it names the parts, the site's style says how they are written.

    None for patterns of machines ("c", "Y-m-d") and for what is no date.
    """
    letters = {None: "j H:i", "DATETIME_FORMAT": "j H:i", "DATE_FORMAT": "j"}.get(pattern, pattern or "")
    says_day, says_clock, seconds = "j" in letters, "H:i" in letters, "s" in letters
    if not isinstance(local, date) or not (says_day or says_clock):
        return None
    if says_clock and not says_day and isinstance(local, datetime):
        return on_the_clock(local, seconds=seconds)
    return in_words(local, now, clock=says_clock, seconds=seconds)


def duration(value: timedelta | None) -> str:
    """Return a length of time as "14 min 20 s" or "1 h 5 min"; the two largest units that are not zero."""
    if value is None:
        return ""
    seconds = max(0, int(value.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = []
    if hours:
        parts.append(_("%(n)d h") % {"n": hours})
    if minutes:
        parts.append(_("%(n)d min") % {"n": minutes})
    if seconds and not hours:
        parts.append(_("%(n)d s") % {"n": seconds})
    return " ".join(parts) or _("0 s")
