"""What will leave in the days to come is what leaves when the days have come; one may be cancelled or moved."""

from datetime import UTC, date, datetime, timedelta

import pytest

from courses.outline import outline_by_pk
from learners import delivery, forecasts, rehearsals, reminders, subscriptions
from learners import enrolment as enrolments
from learners.errors import ReminderGone
from learners.models import Letter, ReminderRule
from tests.factories import cohorts, learners
from tests.factories.learners import NOW, enrol

DAYS = timedelta(days=1)


@pytest.fixture
def cohort(track):
    return learners.make_cohort(track)


@pytest.fixture
def old(track):
    """The cohort of the dozen, open since the first of October."""
    return learners.make_cohort(track, opens_on=date(2026, 10, 1))


@pytest.fixture
def nadia(learner, cohort):
    """The learner, in the cohort since NOW, Monday 23 November at ten."""
    return enrol(learner, cohort.track, cohort=cohort)


def rule(track, kind="inactive", delay=8, **fields):
    return ReminderRule.objects.create(
        **{"track": track, "kind": kind, "delay": delay, "on_since": NOW - 60 * DAYS, **fields}
    )


def foreseen(cohort, *, now):
    """Who will receive what, when, and what makes it wait."""
    return [
        (one.enrolment.person.email, one.rule.kind, one.leaves_at, one.postponed.replace("\u00a0", " "))
        for one in forecasts.coming(cohort, outline_by_pk(cohort.track_id), now=now)
    ]


def found(cohort, *, now):
    outline = outline_by_pk(cohort.track_id)
    (one,) = forecasts.coming(cohort, outline, now=now)
    return forecasts.find(cohort, outline, one.key, now=now)


def test_a_silence_is_foreseen_with_its_day_and_its_reason(cohort, nadia, track):
    rule(track)
    (one,) = forecasts.coming(cohort, outline_by_pk(track.pk), now=NOW + DAYS)
    assert (one.leaves_at, one.why.replace("\u00a0", " ")) == (
        NOW + 8 * DAYS,
        "8 jours sans venir, 0 étape sur 4",
    )


def test_what_comes_after_the_horizon_is_not_foreseen(cohort, nadia, track):
    rule(track, delay=15)
    assert foreseen(cohort, now=NOW) == []
    assert len(foreseen(cohort, now=NOW + 2 * DAYS)) == 1


def test_what_would_leave_on_a_sunday_is_foreseen_for_the_monday(cohort, nadia, track):
    rule(track, delay=6)
    assert foreseen(cohort, now=NOW) == [
        ("nadia@example.org", "inactive", datetime(2026, 11, 30, 7, tzinfo=UTC), "dimanche")
    ]


def test_a_silence_is_foreseen_for_the_first_rule_alone_with_its_repetitions(cohort, nadia, track):
    rule(track, "not_started", 3, times=2, every=4)
    rule(track, place=1)
    assert [(kind, at) for _, kind, at, _ in foreseen(cohort, now=NOW)] == [
        ("not_started", NOW + 3 * DAYS),
        ("not_started", NOW + 7 * DAYS),
    ]


def test_the_share_of_the_week_is_foreseen_too(cohort, nadia, track, settings):
    settings.LETTERS_PER_WEEK = 1
    rule(track, "not_started", 3, times=2, every=2)
    assert [at for _, _, at, _ in foreseen(cohort, now=NOW)] == [NOW + 3 * DAYS, NOW + 10 * DAYS]
    assert foreseen(cohort, now=NOW)[1][3] == "déjà 1 en sept jours"


def test_who_refuses_or_pauses_is_foreseen_as_they_asked(cohort, nadia, track):
    rule(track)
    pause = (NOW + 10 * DAYS).date()
    subscriptions.choose(person=nadia.person, refused=set(), territory="", no_reminder_before=pause, at=NOW)
    assert foreseen(cohort, now=NOW)[0][2:] == (
        datetime(2026, 12, 3, 7, tzinfo=UTC),
        "pas de rappel avant le 3 décembre 2026, à sa demande",
    )
    subscriptions.opt_out(person_pk=nadia.person_id, kind="everything", at=NOW)
    assert foreseen(cohort, now=NOW) == []


def test_a_letter_that_is_written_is_foreseen_until_it_has_left(cohort, nadia, track):
    rule(track)
    night = (NOW + 8 * DAYS).replace(hour=22)
    reminders.write_due(now=night)
    delivery.send(Letter.objects.get(kind="reminder").pk, now=night)
    assert foreseen(cohort, now=night) == [
        ("nadia@example.org", "inactive", datetime(2026, 12, 2, 7, tzinfo=UTC), "la nuit (20 h à 8 h)")
    ]
    delivery.send(Letter.objects.get(kind="reminder").pk, now=night + timedelta(hours=10))
    assert foreseen(cohort, now=night + timedelta(hours=10)) == []


# ------------------------------------------------------------ cancelled, moved


def test_what_is_cancelled_does_not_come_back_for_the_same_silence(cohort, nadia, track):
    rule(track)
    forecasts.cancel(found(cohort, now=NOW + 2 * DAYS), by=nadia.person, at=NOW + 2 * DAYS)
    letter = Letter.objects.get(kind="reminder")
    assert (letter.dropped_at, letter.dropped_reason) == (NOW + 2 * DAYS, "annulé par Nadia Benali")
    assert foreseen(cohort, now=NOW + 3 * DAYS) == []
    assert reminders.write_due(now=NOW + 9 * DAYS) == 0
    learners.finish(nadia, steps=1, at=NOW + 10 * DAYS)
    assert reminders.write_due(now=NOW + 19 * DAYS) == 1


def test_what_is_moved_leaves_in_the_morning_of_its_new_day_if_the_person_is_still_silent(cohort, nadia, track):
    rule(track)
    moved = found(cohort, now=NOW)
    forecasts.move(moved, day=(NOW + 11 * DAYS).date(), by=nadia.person, at=NOW)
    new = datetime(2026, 12, 4, 8, tzinfo=UTC)
    assert foreseen(cohort, now=NOW)[0][2:] == (new, "déplacé par Nadia Benali")
    assert reminders.write_due(now=NOW + 9 * DAYS) == 0
    letter = Letter.objects.get(kind="reminder")
    assert delivery.send(letter.pk, now=new - timedelta(seconds=1)) == "none"
    assert delivery.send(letter.pk, now=new) == "sent"


def test_a_moved_letter_is_dropped_when_the_person_came_back(cohort, nadia, track):
    rule(track)
    forecasts.move(found(cohort, now=NOW), day=(NOW + 11 * DAYS).date(), by=nadia.person, at=NOW)
    learners.finish(nadia, steps=1, at=NOW + 5 * DAYS)
    assert delivery.send(Letter.objects.get(kind="reminder").pk, now=NOW + 11 * DAYS) == "dropped"


def test_what_has_left_or_is_leaving_cannot_be_changed(cohort, nadia, track):
    rule(track)
    now = NOW + 9 * DAYS
    reminders.write_due(now=now)
    one = found(cohort, now=now)
    Letter.objects.filter(pk=one.letter.pk).update(claimed_until=now + DAYS)
    with pytest.raises(ReminderGone):
        forecasts.cancel(one, by=nadia.person, at=now)
    with pytest.raises(ReminderGone):
        forecasts.find(cohort, outline_by_pk(track.pk), "reminder:0:x", now=now)


@pytest.mark.parametrize("people", [1, 3])
def test_looking_ahead_asks_one_question_per_rule_and_four(cohort, track, people, django_assert_num_queries):
    rule(track)
    rule(track, "not_started", 3)
    for number in range(people):
        enrol(learners.make_person(f"p{number}@example.org"), track, cohort=cohort)
    outline = outline_by_pk(track.pk)
    with django_assert_num_queries(2 + 4):
        assert len(forecasts.coming(cohort, outline, now=NOW)) == people


# ------------------------------------------------------------ trying a rule


def hits(cohort, *, now=NOW, **fields):
    tried = ReminderRule(**{"track_id": cohort.track_id, "cohort": cohort, "kind": "inactive", "delay": 8, **fields})
    return [
        (one.enrolment.person.first_name, (now - one.at).days)
        for one in rehearsals.rehearse(tried, cohort, outline_by_pk(cohort.track_id), now=now)
    ]


def test_a_rule_is_tried_on_the_last_month_without_writing_anything(old, track):
    """The dozen, whose days are counted in tests/factories/cohorts.py; the cohort opened in October."""
    cohorts.a_dozen(old)
    before = Letter.objects.count()
    tried = hits(old)
    assert ("Eve", 4) in tried  # silent since her first step, twelve days ago
    assert ("Ivy", 1) in tried  # enrolled nine days ago, and never came
    assert "Hal" not in dict(tried) or ("Hal", 4) in tried  # nine days between her two steps
    assert (Letter.objects.count(), ReminderRule.objects.count()) == (before, 0)


def test_trying_says_what_would_have_been_written_in_each_silence(cohort, track, learner):
    row = enrol(learner, track, at=NOW - 25 * DAYS, cohort=cohort)
    learners.finish(row, steps=1, at=NOW - 15 * DAYS)
    assert hits(cohort) == [("Nadia", 7), ("Nadia", 17)]
    assert hits(cohort, kind="not_started", delay=3) == [("Nadia", 22)]
    assert hits(cohort, kind="last_step", delay=1) == []
    enrolments.withdraw(person=learner, track_pk=track.pk, at=NOW)
    assert hits(cohort) == []


@pytest.mark.parametrize("people", [1, 3])
def test_trying_a_rule_asks_four_questions_whatever_the_number_of_learners(
    cohort, track, people, django_assert_num_queries
):
    for number in range(people):
        enrol(learners.make_person(f"p{number}@example.org"), track, at=NOW - 20 * DAYS, cohort=cohort)
    outline = outline_by_pk(track.pk)
    tried = ReminderRule(track_id=track.pk, kind="inactive", delay=8)
    with django_assert_num_queries(4):
        assert len(rehearsals.rehearse(tried, cohort, outline, now=NOW)) == people
