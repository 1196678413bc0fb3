"""« Le point de la semaine »: on Monday morning, one letter for each who leads, over all their cohorts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from courses.outline import outline_by_pk
from learners import contacts, delivery, digests, forecasts, schedule, subscriptions
from learners.models import Cohort, CohortLead, CohortSession, Letter, LetterChoices, ReminderRule
from learners.reporting import board_of
from tests.factories import cohorts, learners
from tests.factories.courses import make_lesson, make_track
from tests.factories.learners import NOW, enrol

DAY = timedelta(days=1)
# NOW is a Monday at ten; eight o'clock in Paris is seven for the machines.
EIGHT = datetime(2026, 11, 23, 7, tzinfo=UTC)
EASTER_MONDAY = datetime(2027, 3, 29, 6, tzinfo=UTC)


@pytest.fixture
def lead(db):
    return learners.make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")


@pytest.fixture
def cohort(track, lead):
    """Led by Samuel; it opened on the first of October."""
    return learners.make_cohort(track, lead=lead, opens_on=date(2026, 10, 1))


@pytest.fixture
def dozen(cohort):
    """The dozen whose figures are counted by hand."""
    return cohorts.a_dozen(cohort)


@pytest.fixture
def silent(cohort, learner):
    """One learner, who needs a hand: silent for twelve days."""
    return enrol(learner, cohort.track, at=NOW - 12 * DAY, cohort=cohort)


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def written():
    return Letter.objects.filter(kind="digest")


def test_the_figures_are_those_of_the_board_of_the_day_and_of_the_forecast(cohort, dozen, lead, track):
    ReminderRule.objects.create(track=track, kind="inactive", delay=14, on_since=NOW - 60 * DAY)
    board = board_of(cohort, now=NOW)
    today, _resting = contacts.people_to_contact(cohort, board, now=NOW)
    coming = forecasts.coming(cohort, outline_by_pk(track.pk), now=NOW)

    (point,) = digests.points(lead, now=NOW)

    assert (point.stalled, point.first) == (board.figures["stalled"], today[:3])
    assert [row.name for row in point.finished] == ["Jon"]
    assert point.reminders == len([one for one in coming if one.leaves_at < NOW + 7 * DAY])
    assert (point.stalled, len(point.first), point.reminders > 0) == (7, 3, True)


def test_answers_sessions_and_people_who_finished_are_those_of_the_week(cohort, silent, lead, track):
    session = make_lesson(track.get_children().first().specific, title="Rencontre", completion="attended")
    CohortSession.objects.create(cohort=cohort, step=session, starts_at=NOW + 7 * DAY - timedelta(hours=1))
    far = make_lesson(track.get_children().first().specific, title="Plus tard", completion="attended")
    CohortSession.objects.create(cohort=cohort, step=far, starts_at=NOW + 7 * DAY)

    (point,) = digests.points(lead, now=NOW)

    assert [one.step.title for one in point.sessions] == ["Rencontre"]
    assert (point.finished, point.awaiting) == ([], 0)


def test_the_cohort_that_needs_most_help_comes_first(cohort, silent, lead, site):
    other = learners.make_cohort(make_track(site, slug="autre"), lead=lead, name="Avril")
    enrol(learners.make_person("tom@example.org"), other.track, at=NOW, cohort=other)
    assert [one.cohort for one in digests.points(lead, now=NOW)] == [cohort, other]
    Cohort.objects.filter(pk=cohort.pk).update(closes_on=date(2026, 11, 22))
    assert [one.cohort for one in digests.points(lead, now=NOW)] == [other]


def test_the_letter_says_each_thing_with_the_page_where_to_act(cohort, silent, lead, postbox):
    schedule_at(EIGHT)
    assert delivery.send(written().get().pk, now=EIGHT) == "sent"
    (received,) = postbox.received
    text = plain(received.get_body(["plain"]).get_content())
    base = f"http://127.0.0.1:8000/cohortes/{cohort.pk}"
    assert received["To"] == "samuel@example.org"
    assert plain(received["Subject"]).strip() == "Le point de la semaine : 1 personne a besoin d’aide"
    for line in (
        "1 personne a besoin d’aide :",
        f"{base}/?statut=stalled#personnes",
        "– Nadia Benali : 11 jours sans commencer",
        f"{base}/contacter/{silent.pk}/",
    ):
        assert line in text.splitlines()
    address = subscriptions.address_to_stop(lead.pk, "digest").rpartition(":")[0].rpartition(":")[0]
    assert received["List-Unsubscribe"].strip().startswith(f"<{address}")
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def schedule_at(moment):
    return digests.write_due(now=moment)


# ------------------------------------------------------------ once, on Monday morning


def test_two_clocks_write_one_letter_for_each_week(silent, lead):
    assert [schedule_at(EIGHT + minutes * timedelta(minutes=1)) for minutes in (0, 15, 300)] == [1, 0, 0]
    assert schedule_at(EIGHT + 7 * DAY) == 1
    assert list(written().order_by("pk").values_list("key", flat=True)) == [
        f"digest:{lead.pk}:2026-W48",
        f"digest:{lead.pk}:2026-W49",
    ]


def test_a_clock_that_read_before_the_other_wrote_meets_its_row(silent, lead):
    key = f"digest:{lead.pk}:2026-W48"
    for _clock in (1, 2):
        digests._write(lead, key, now=EIGHT)
    assert written().count() == 1


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        (EIGHT - timedelta(minutes=1), 0),
        (EIGHT, 1),
        (EIGHT + 11 * timedelta(hours=1), 1),
        (EIGHT + 12 * timedelta(hours=1), 0),  # eight in the evening
        (EIGHT + 2 * DAY, 1),  # the clock was away
        (EIGHT + 3 * DAY, 0),
        (EIGHT - DAY, 0),
    ],
)
def test_it_is_written_on_monday_morning_or_when_the_clock_is_back(silent, moment, count):
    assert schedule_at(moment) == count


def test_a_holiday_waits_for_the_next_day(silent):
    assert [schedule_at(EASTER_MONDAY), schedule_at(EASTER_MONDAY + DAY)] == [0, 1]


def test_the_morning_is_that_of_the_cohort_unless_its_lead_lives_elsewhere(silent, cohort, lead):
    Cohort.objects.filter(pk=cohort.pk).update(time_zone="Indian/Reunion")
    four = EIGHT - timedelta(hours=3)
    assert [schedule_at(four - timedelta(minutes=1)), schedule_at(four)] == [0, 1]
    assert delivery.send(written().get().pk, now=four) == "sent"
    LetterChoices.objects.create(person=lead, territory="971")
    noon = EIGHT + 7 * DAY + timedelta(hours=5)
    assert [schedule_at(noon - timedelta(minutes=1)), schedule_at(noon)] == [0, 1]


def test_the_clock_writes_it(silent, time_machine):
    time_machine.move_to(EIGHT, tick=False)
    schedule.write_digests()
    assert written().count() == 1


# ------------------------------------------------------------ nothing to say, or nobody to say it to


def test_nothing_leaves_when_every_cohort_is_closed_or_empty(cohort, silent, lead):
    Cohort.objects.filter(pk=cohort.pk).update(closes_on=date(2026, 11, 22))
    learners.make_cohort(cohort.track, lead=lead, name="Vide")
    assert [schedule_at(EIGHT), schedule_at(EIGHT + DAY)] == [0, 0]
    assert written().values_list("dropped_reason", flat=True).get() == "rien à dire cette semaine"
    assert delivery.send(written().get().pk, now=EIGHT) == "none"
    assert mail.outbox == []


def test_who_refuses_it_or_has_left_gets_none(silent, lead):
    subscriptions.opt_out(person_pk=lead.pk, kind="digest", at=NOW)
    assert (schedule_at(EIGHT), written().count()) == (0, 0)
    subscriptions.opt_in(person_pk=lead.pk, kind="digest")
    lead.is_active = False
    lead.save()
    assert (schedule_at(EIGHT), written().count()) == (0, 0)


def lose_the_cohort(lead):
    CohortLead.objects.filter(person=lead).delete()
    return "la personne ne mène plus cette cohorte", EIGHT


def refuse(lead):
    subscriptions.opt_out(person_pk=lead.pk, kind="digest", at=NOW)
    return "la personne ne veut plus recevoir ces messages", EIGHT


def wait_for_a_week(lead):
    return "une autre semaine a commencé", EIGHT + 7 * DAY


@pytest.mark.parametrize("change", [lose_the_cohort, refuse, wait_for_a_week])
def test_state_is_asked_again_when_it_leaves(silent, lead, change):
    schedule_at(EIGHT)
    reason, moment = change(lead)
    assert delivery.send(written().get().pk, now=moment) == "dropped"
    assert (written().get().dropped_reason, mail.outbox) == (reason, [])


# ------------------------------------------------------------ what it costs


@pytest.mark.parametrize("people", [1, 3])
def test_the_number_of_queries_does_not_depend_on_how_many_learn(cohort, lead, statements, people):
    ReminderRule.objects.create(track=cohort.track, kind="inactive", delay=14, on_since=NOW - 60 * DAY)
    for number in range(people):
        enrol(learners.make_person(f"p{number}@example.org"), cohort.track, at=NOW - 12 * DAY, cohort=cohort)
    with statements() as done:
        assert len(digests.points(lead, now=NOW)) == 1
    assert len(done) == 14, done.sql


@pytest.mark.parametrize("people", [1, 3])
def test_the_clock_asks_three_questions_however_many_lead(cohort, statements, people):
    for number in range(people):
        learners.make_cohort(cohort.track, lead=learners.make_person(f"r{number}@example.org"), name=f"C{number}")
    with statements() as done:
        assert len(digests._this_morning(EIGHT)) == people + 1
    assert len(done) == 3, done.sql
