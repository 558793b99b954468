"""Which copies may go, by their age alone."""

from datetime import UTC, datetime, timedelta

from quizzes.management.backups.keeping import Ages, to_delete

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
AGES = Ages(every=7, daily=30, monthly=365)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def deleted(*made: str) -> set[str]:
    return {f"{gone:%Y-%m-%dT%H:%M}" for gone in to_delete(map(at, made), now=NOW, ages=AGES)}


def test_all_copies_of_the_last_seven_days_are_kept() -> None:
    assert deleted("2026-11-27T11:00", "2026-11-27T11:30", "2026-11-20T12:00", "2026-11-20T13:00") == set()


def test_of_a_day_before_only_the_newest_is_kept() -> None:
    assert deleted("2026-11-20T11:59", "2026-11-20T11:58", "2026-11-19T01:00", "2026-11-27T01:00") == {
        "2026-11-20T11:58"
    }


def test_of_a_month_before_only_the_newest_is_kept() -> None:
    made = ["2026-09-01T01:00", "2026-09-29T01:00", "2026-09-30T01:00", "2026-11-27T01:00"]
    assert deleted(*made) == {"2026-09-01T01:00", "2026-09-29T01:00"}


def test_after_a_year_a_copy_goes() -> None:
    assert deleted("2025-11-27T12:00", "2026-11-27T01:00") == set()
    assert deleted("2025-11-27T11:59", "2026-11-27T01:00") == {"2025-11-27T11:59"}


def test_the_newest_of_all_stays_however_old_it_is() -> None:
    assert deleted("2020-01-01T00:00") == set()
    assert deleted() == set()


def test_days_are_those_of_utc() -> None:
    east = datetime.fromisoformat("2026-11-11T01:00:00+03:00")  # 10 November in UTC
    assert to_delete([east, at("2026-11-10T23:00"), NOW], now=NOW, ages=AGES) == {east}


def test_a_copy_each_night_leaves_seven_days_thirty_days_and_twelve_months() -> None:
    kept: set[datetime] = set()
    night = datetime(2025, 1, 1, 2, 0, tzinfo=UTC)
    while night <= NOW:
        kept = (kept | {night}) - to_delete(kept | {night}, now=night, ages=AGES)
        night += timedelta(days=1)
    older = sorted(f"{made:%Y-%m-%d}" for made in kept if NOW - made > timedelta(days=31))
    months = ["2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    assert older == [*months, "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30"]
    assert len(kept) - len(older) == 31
