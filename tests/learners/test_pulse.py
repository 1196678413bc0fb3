"""What an administrator watches over: the clock, the letters that wait, those that were given up."""

from datetime import timedelta

import pytest

from learners.models import Heartbeat, Letter
from learners.pulse import pulse
from tests.factories.learners import NOW, make_person

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def letter(number, **fields):
    """A letter that was due an hour ago."""
    person = make_person(f"p{number}@example.org")
    return Letter.objects.create(
        person=person, address=person.email, kind="welcome", key=f"k{number}", **{"due_at": NOW - HOUR, **fields}
    )


def given_up(number, *, at, error):
    """A letter that was dropped then, after that refusal."""
    return letter(number, dropped_at=at, dropped_reason="refusée", last_error=error)


def test_letters_that_wait_are_late_after_ten_minutes_and_refusals_count_for_a_week(db):
    letter(1)
    letter(2, due_at=NOW - 9 * MINUTE)
    letter(3, due_at=NOW + HOUR)
    letter(4, sent_at=NOW)
    given_up(5, at=NOW - timedelta(days=6), error="550")
    given_up(6, at=NOW - timedelta(days=8), error="550")
    given_up(7, at=NOW - HOUR, error="")  # its reason had gone: nobody refused it

    found = pulse(now=NOW)

    assert (found.waiting, found.late, found.given_up) == (3, 1, 1)
    assert (found.since_tick, found.beats) == (None, False)


@pytest.mark.parametrize(("seconds", "beats"), [(99, True), (100, False)])
def test_the_clock_beats_until_it_misses_three_ticks(db, seconds, beats):
    Heartbeat.objects.create(name="clock", at=NOW - timedelta(seconds=seconds))
    found = pulse(now=NOW)
    assert (found.since_tick, found.beats, found.minutes) == (timedelta(seconds=seconds), beats, 1)


def test_it_costs_two_queries(db, django_assert_num_queries):
    letter(1)
    with django_assert_num_queries(2):
        pulse(now=NOW)
