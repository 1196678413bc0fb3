"""A month of the clock, tick by tick, before a real mail server: it receives what was foreseen, when, and nothing else.

From Monday 12 October to Tuesday 10 November 2026: clocks change on the 25th, All Saints is a Sunday.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from courses.outline import outline_by_pk
from learners import delivery, forecasts, reminders, subscriptions
from learners import enrolment as enrolments
from learners.models import CohortSession, Letter, LetterChoices, ReminderRule, Territory
from tests.factories import courses, learners

MONDAY = datetime(2026, 10, 12, 6, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TICK = 4 * HOUR
FORTNIGHT = 14 * DAY

pytestmark = pytest.mark.slow


def follow(cohort, name, *, since, steps=(), **choices):
    """Somebody who enrolled, then finished steps, so many hours before the month begins."""
    row = learners.enrol(
        learners.make_person(f"{name.lower()}@example.org", first_name=name),
        cohort.track,
        at=MONDAY - since * HOUR,
        cohort=cohort,
    )
    for step, hours in zip(outline_by_pk(cohort.track_id).steps, steps, strict=False):
        learners.finish_step(row, step, at=MONDAY - hours * HOUR)
    if choices:
        LetterChoices.objects.create(person=row.person, **choices)
    return row


@pytest.fixture
def people(cohort):
    """Those of the cohort, by first name; the month is theirs."""
    found = {
        "Ada": follow(cohort, "Ada", since=900, steps=(880, 700, 500, 100)),  # has finished; the session is for her too
        "Bob": follow(cohort, "Bob", since=60),  # has not begun
        "Cleo": follow(cohort, "Cleo", since=132, steps=(120,)),  # nothing in the second week
        "Dan": follow(cohort, "Dan", since=400, steps=(300, 200, 92)),  # one step left
        "Eve": follow(cohort, "Eve", since=400, steps=(152,), territory=Territory.REUNION),
        "Fay": follow(cohort, "Fay", since=100, territory=Territory.CALEDONIA),
        "Gus": follow(cohort, "Gus", since=112, territory=Territory.ALSACE_MOSELLE),
        "Hal": follow(cohort, "Hal", since=120, no_reminder_before=date(2026, 10, 20)),
        "Ivy": follow(cohort, "Ivy", since=132),  # refuses
        "Jon": follow(cohort, "Jon", since=64),  # comes back, then falls silent again
        "Kim": follow(cohort, "Kim", since=68),  # leaves
    }
    subscriptions.opt_out(person_pk=found["Ivy"].person_id, kind=Letter.Kind.REMINDER, at=MONDAY)
    return found


@pytest.fixture
def cohort(track):
    """Open since September, until Saturday 7 November; a session on Monday 26 October at three in the afternoon."""
    cohort = learners.make_cohort(track, opens_on=date(2026, 9, 1))
    cohort.closes_on = date(2026, 11, 7)
    cohort.save()
    step = courses.make_lesson(track.get_children().last(), title="Séance", completion="attended", required=False)
    CohortSession.objects.create(cohort=cohort, step=step, starts_at=datetime(2026, 10, 26, 14, tzinfo=UTC))
    return cohort


@pytest.fixture
def rules(track):
    """A rule of every kind that is about learners."""
    kinds = ("session", 1), ("closing", 2), ("last_step", 5), ("not_started", 4), ("week_two", 9), ("later", 1)
    rows = [
        ReminderRule(track=track, kind=kind, delay=delay, place=place, on_since=MONDAY - 30 * DAY)
        for place, (kind, delay) in enumerate(kinds)
    ]
    silence = {"kind": "inactive", "delay": 10, "times": 2, "every": 7, "place": 9}
    rows.append(ReminderRule(track=track, on_since=MONDAY - 30 * DAY, **silence))
    return ReminderRule.objects.bulk_create(rows)


def foreseen(cohort, *, now, until):
    """Who will receive what, and at which tick of the clock."""
    outline = outline_by_pk(cohort.track_id)
    return sorted(
        (
            now + -((now - one.leaves_at) // TICK) * TICK,
            one.enrolment.person.email,
            forecasts.preview(one, outline, now=now).subject,
        )
        for one in forecasts.coming(cohort, outline, now=now)
        if one.leaves_at < until
    )


def lived(postbox, *, now, until):
    """What the mail server received until then, at which tick."""
    received = []
    while now < until:
        postbox.received.clear()
        reminders.write_due(now=now)
        for letter_pk in Letter.objects.due(now).values_list("pk", flat=True):
            delivery.send(letter_pk, now=now)
        received += [(now, mail["To"], mail["Subject"].strip()) for mail in postbox.received]
        now += TICK
    return sorted(received)


def test_a_mail_server_receives_in_a_month_what_was_foreseen(cohort, people, rules, postbox):
    Letter.objects.all().delete()  # their welcomes, which left in their time

    second, last = MONDAY + FORTNIGHT, MONDAY + 2 * FORTNIGHT
    expected = foreseen(cohort, now=MONDAY, until=second)
    assert lived(postbox, now=MONDAY, until=second) == expected
    first_half = {email.partition("@")[0] for _, email, _ in expected}
    assert first_half == {"ada", "bob", "cleo", "dan", "eve", "fay", "gus", "hal", "jon", "kim"}

    learners.finish_step(people["Jon"], outline_by_pk(cohort.track_id).steps[0], at=second)
    enrolments.withdraw(person=people["Kim"].person, track_pk=cohort.track_id, at=second)
    expected = foreseen(cohort, now=second, until=last)
    assert lived(postbox, now=second, until=last) == expected
    second_half = {email.partition("@")[0] for _, email, _ in expected}
    assert "jon" in second_half
    assert not {"ivy", "kim"} & second_half

    expected = foreseen(cohort, now=last, until=last + 2 * DAY)
    assert "ada@example.org" in {email for _, email, _ in expected}
    assert lived(postbox, now=last, until=last + 2 * DAY) == expected

    sent = Letter.objects.filter(sent_at__isnull=False)
    walls = [subscriptions.readers([(one.person_id, cohort)], now=last)[one.person_id] for one in sent]
    hours = [one.sent_at.astimezone(reader.zone).hour for one, reader in zip(sent, walls, strict=True)]
    assert hours
    assert all(8 <= hour < 20 for hour in hours)
    assert {one.rule.kind for one in sent.select_related("rule")} == {one.kind for one in rules}
