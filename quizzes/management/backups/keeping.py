"""Which copies may go, by their age alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Ages:
    """For how many days all copies are kept, then one of each day, then one of each month; days are those of UTC."""

    every: int = 7
    daily: int = 30
    monthly: int = 365


def to_delete(made: Iterable[datetime], *, now: datetime, ages: Ages) -> set[datetime]:
    """Return the instants of the copies that nothing keeps; the newest of all stays, however old it is."""
    instants = sorted({at.astimezone(UTC) for at in made})
    kept = {at for at in instants if now - at <= timedelta(days=ages.every)} | set(instants[-1:])
    for days, period in ((ages.daily, "%Y-%m-%d"), (ages.monthly, "%Y-%m")):
        kept |= {at for at in newest_of_each(instants, of_period(period)) if now - at <= timedelta(days=days)}
    return set(instants) - kept


def of_period(pattern: str) -> Callable[[datetime], str]:
    return lambda at: at.strftime(pattern)


def newest_of_each(instants: Iterable[datetime], group: Callable[[datetime], str]) -> set[datetime]:
    return set({group(at): at for at in sorted(instants)}.values())
