"""Local times of a classroom become instants; the clocks' gaps are refused, what happens twice is asked about."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import engines

from quizzes.local_time import LocalTimeGap, LocalTimeTwice, in_words, parse_local, styled


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "written", "instant"),
    [
        ("UTC", "2026-03-02 09:00", "2026-03-02T09:00"),
        ("Europe/Berlin", "2026-03-29 01:59", "2026-03-29T00:59"),
        ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-07-01T09:00", "2026-07-01T07:00"),
        ("America/New_York", "2026-03-08 03:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-12-24 23:59", "2026-12-25T04:59"),
        ("Australia/Lord_Howe", "2026-10-04 02:30", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "2026-07-01 09:00", "2026-06-30T22:30"),
    ],
)
def test_a_time_on_the_classrooms_clock_becomes_an_instant(zone: str, written: str, instant: str) -> None:
    assert parse_local(written, zone) == utc(instant)
    assert parse_local(datetime.fromisoformat(written), zone) == utc(instant)


@pytest.mark.parametrize(
    ("zone", "before", "gap", "after"),
    [
        ("Europe/Berlin", "2026-03-29 01:59", "2026-03-29 02:30", "2026-03-29 03:00"),
        ("Europe/Berlin", "2026-03-29 01:59", "2026-03-29 02:00", "2026-03-29 03:00"),
        ("America/New_York", "2026-03-08 01:59", "2026-03-08 02:59", "2026-03-08 03:00"),
        ("Australia/Lord_Howe", "2026-10-04 01:59", "2026-10-04 02:29", "2026-10-04 02:30"),
        ("America/Santiago", "2026-09-05 23:59", "2026-09-06 00:00", "2026-09-06 01:00"),
    ],
)
def test_a_time_that_the_clocks_skip_is_refused_and_its_neighbors_are_a_minute_apart(
    zone: str, before: str, gap: str, after: str
) -> None:
    for second in (None, False, True):
        with pytest.raises(
            LocalTimeGap, match=f"{gap[-5:]} does not exist on that day in {zone}; the clocks go forward"
        ):
            parse_local(gap, zone, second=second)
    assert (parse_local(after, zone) - parse_local(before, zone)).total_seconds() == 60


@pytest.mark.parametrize(
    ("zone", "written", "first", "later"),
    [
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25T00:30", "2026-10-25T01:30"),
        ("America/New_York", "2026-11-01 01:00", "2026-11-01T05:00", "2026-11-01T06:00"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45", "2026-04-04T15:15"),
    ],
)
def test_of_a_time_that_happens_twice_the_person_says_which(zone: str, written: str, first: str, later: str) -> None:
    with pytest.raises(LocalTimeTwice, match=f"{written[-5:]} happens twice"):
        parse_local(written, zone)
    assert parse_local(written, zone, second=False) == utc(first)
    assert parse_local(written, zone, second=True) == utc(later)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_an_answer_to_a_question_that_was_not_asked_changes_nothing(zone: str) -> None:
    assert parse_local("2026-07-01 09:00", zone, second=True) == parse_local("2026-07-01 09:00", zone, second=False)


@pytest.mark.parametrize("written", ["2101-01-01 00:00", "9999-12-31 23:59", "0001-01-01 00:00", "1969-12-31 23:59"])
def test_years_out_of_reach_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="from 1970 to 2100"):
        parse_local(written, "Europe/Berlin")


def test_the_last_minute_of_the_last_year_is_taken() -> None:
    assert parse_local("2100-12-31 23:59", "Europe/Berlin") == utc("2100-12-31T22:59")


@pytest.mark.parametrize("written", ["", "tomorrow", "2026-02-30 09:00", "2026-03-02 25:00", "2026-03-02 09:00+01:00"])
def test_what_is_no_local_time_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValueError, match="such as 2026-03-02 09:00"):
        parse_local(written, "UTC")


@pytest.mark.parametrize(
    ("local", "words"),
    [
        (datetime(2026, 11, 30, 14, 0, tzinfo=UTC), "Mon, Nov 30, 2:00 p.m."),
        (datetime(2026, 11, 30, 0, 5, tzinfo=UTC), "Mon, Nov 30, 12:05 a.m."),
        (datetime(2027, 1, 2, 9, 30, tzinfo=UTC), "Sat, Jan 2, 2027, 9:30 a.m."),
        (date(2026, 3, 2), "Mon, Mar 2"),
        (date(2025, 3, 2), "Sun, Mar 2, 2025"),
    ],
)
def test_dates_have_one_style_and_the_year_only_if_it_is_another(local: date, words: str) -> None:
    assert in_words(local, datetime(2026, 3, 2, tzinfo=UTC)) == words


def test_the_year_is_another_one_where_the_time_is_read() -> None:
    local = datetime(2027, 1, 1, 0, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert in_words(local, datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == "Fri, Jan 1, 12:30 a.m."
    assert in_words(local, datetime(2026, 12, 31, 14, 0, tzinfo=UTC)) == "Fri, Jan 1, 2027, 12:30 a.m."


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("D j M, H:i", "Mon, Mar 2, 9:05 a.m."),
        ("j M Y, H:i", "Mon, Mar 2, 9:05 a.m."),
        ("j M, H:i:s", "Mon, Mar 2, 9:05:07 a.m."),
        ("j M Y", "Mon, Mar 2"),
        ("H:i", "9:05 a.m."),
        ("DATETIME_FORMAT", "Mon, Mar 2, 9:05 a.m."),
        (None, "Mon, Mar 2, 9:05 a.m."),
        ("c", None),
        ("Y-m-d", None),
    ],
)
def test_a_pattern_names_the_parts_and_the_style_is_the_sites(pattern: str | None, words: str | None) -> None:
    local = datetime(2026, 3, 2, 9, 5, 7, tzinfo=UTC)
    assert styled(local, pattern, local) == words


def test_both_engines_write_dates_in_the_one_style() -> None:
    at = datetime(2024, 11, 30, 14, 0, tzinfo=UTC)
    for engine, source in (("django", '{{ at|date:"j M Y, H:i" }}'), ("jinja2", '{{ at|date("j M Y, H:i") }}')):
        assert engines[engine].from_string(source).render({"at": at}) == "Sat, Nov 30, 2024, 2:00 p.m."
