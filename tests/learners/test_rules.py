"""From when to when a rule holds, on the wall where the person lives. Pure."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from learners import rules
from learners.models import ReminderRule
from learners.places import unknown_places
from learners.rules import Facts, window

Kind = ReminderRule.Kind
PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)
BEGUN = datetime(2026, 11, 2, 9, tzinfo=PARIS)


def facts(**fields):
    return Facts(**{"begun": BEGUN, "last": BEGUN, "total": 4, **fields})


def opens(kind, delay, **fields):
    found = window(kind, delay, facts(**fields))
    return found and found.opens


@pytest.mark.parametrize(
    ("kind", "delay", "fields", "opening"),
    [
        pytest.param(Kind.NOT_STARTED, 3, {"started": False}, BEGUN + 3 * DAY, id="not begun"),
        pytest.param(Kind.NOT_STARTED, 3, {"started": True}, None, id="begun"),
        pytest.param(Kind.INACTIVE, 10, {"last": BEGUN + 5 * DAY}, BEGUN + 15 * DAY, id="silent"),
        pytest.param(Kind.INACTIVE, 10, {"last": BEGUN - 5 * DAY}, BEGUN + 10 * DAY, id="before the cohort opened"),
        pytest.param(Kind.INACTIVE, 10, {"finished_at": BEGUN}, None, id="finished"),
        pytest.param(Kind.LAST_STEP, 4, {"done": 3}, BEGUN + 4 * DAY, id="one step left"),
        pytest.param(Kind.LAST_STEP, 4, {"done": 2}, None, id="two steps left"),
        pytest.param(Kind.LAST_STEP, 4, {"done": 0, "total": 1}, None, id="the only step"),
        pytest.param(Kind.WEEK_TWO, 10, {"last": BEGUN + 2 * DAY}, BEGUN + 10 * DAY, id="nothing in week two"),
        pytest.param(Kind.WEEK_TWO, 10, {"last": BEGUN + 7 * DAY}, None, id="something in week two"),
        pytest.param(Kind.WEEK_TWO, 10, {"started": False}, None, id="week two of who never began"),
        pytest.param(Kind.SESSION, 1, {"session_at": BEGUN + 9 * DAY}, BEGUN + 8 * DAY, id="a session"),
        pytest.param(Kind.SESSION, 1, {}, None, id="no session"),
        pytest.param(Kind.LATER, 3, {"finished_at": BEGUN}, datetime(2027, 2, 2, 9, tzinfo=PARIS), id="later"),
        pytest.param(Kind.LATER, 3, {}, None, id="not finished"),
        pytest.param(Kind.CLOSING, 2, {}, None, id="a cohort without an end"),
    ],
)
def test_a_rule_holds_from_its_day_on(kind, delay, fields, opening):
    assert opens(kind, delay, **fields) == opening


def test_a_cohort_closes_at_the_end_of_its_last_day_where_the_person_lives():
    found = window(Kind.CLOSING, 2, facts(closes_on=date(2026, 12, 1)))
    assert found == rules.Window(datetime(2026, 11, 30, tzinfo=PARIS), datetime(2026, 12, 2, tzinfo=PARIS))


def test_the_second_week_is_not_told_for_ever():
    found = window(Kind.WEEK_TWO, 10, facts(last=BEGUN))
    assert [found.holds(BEGUN + days * DAY) for days in (9, 10, 13, 14)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("zone", "last", "opening"),
    [
        pytest.param("Europe/Paris", (2026, 10, 20, 7), (2026, 10, 30, 8), id="the hour that comes twice, in autumn"),
        pytest.param("Europe/Paris", (2026, 3, 25, 8), (2026, 4, 4, 7), id="the hour that is missing, in spring"),
        pytest.param("Indian/Reunion", (2026, 10, 20, 7), (2026, 10, 30, 7), id="where clocks never change"),
        pytest.param("America/Miquelon", (2026, 10, 28, 13), (2026, 11, 7, 14), id="where they change a week later"),
        pytest.param("Pacific/Noumea", (2026, 10, 20, 22), (2026, 10, 30, 22), id="where it is tomorrow"),
    ],
)
def test_ten_days_later_is_the_same_hour_on_the_wall(zone, last, opening):
    last, zone = datetime(*last, tzinfo=UTC), ZoneInfo(zone)
    found = opens(Kind.INACTIVE, 10, begun=last, last=last, zone=zone)
    assert found.astimezone(UTC) == datetime(*opening, tzinfo=UTC)
    assert found.time() == last.astimezone(zone).time()


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [((2026, 11, 30), 3, (2027, 2, 28)), ((2026, 8, 31), 6, (2027, 2, 28)), ((2026, 12, 15), 1, (2027, 1, 15))],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months, then):
    assert rules.months_after(datetime(*day, 9, tzinfo=UTC), months) == datetime(*then, 9, tzinfo=UTC)


@pytest.mark.parametrize("kind", Kind)
def test_every_rule_says_itself_in_french(kind):
    rule = ReminderRule(kind=kind, delay=3)
    assert "3" in rules.summary(rule)


def test_the_words_of_the_site_only_have_places_that_are_filled():
    for kind, manners in rules.WORDS.items():
        for subject, text in manners:
            assert unknown_places(f"{subject}\n{text}", rules.places_of(kind)) == []
