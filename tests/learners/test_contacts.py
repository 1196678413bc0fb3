"""Whom to write to today: one reason each, counted by hand; nobody twice; and who came back."""

from datetime import timedelta

import pytest

from courses.outline import outline_by_pk
from learners import attempts, contacts, delivery, progress, reminders, subscriptions
from learners.enrolment import withdraw
from learners.errors import NotEnrolled, NotToContact, UnfitMessage
from learners.models import Cohort, Contact, Letter, User
from learners.reporting import board_of
from tests.factories import learners
from tests.factories.courses import make_track
from tests.factories.learners import NOW, enrol, finish

DAY = timedelta(days=1)
Reason = Contact.Reason


@pytest.fixture
def lead(db):
    return learners.make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")


@pytest.fixture
def cohort(track, lead):
    """Led by Samuel; its track has four required steps."""
    return learners.make_cohort(track, lead=lead)


def follow(cohort, name, *, since, steps=0, until=None, **fields):
    """Somebody who enrolled so many days ago, and finished so many steps so many days ago."""
    person = learners.make_person(f"{name.lower()}@example.org", first_name=name, last_name="D", **fields)
    row = enrol(person, cohort.track, at=NOW - since * DAY, cohort=cohort)
    return finish(row, steps=steps, at=NOW - (since if until is None else until) * DAY)


def fail(row, times, *, ago=1, quiz="quiz-1"):
    """Send blank answers to the quiz that many times."""
    page = row.track.get_descendants().get(slug=quiz)
    for _ in range(times):
        at = NOW - ago * DAY
        attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=page.pk, at=at)
        attempts.submit(attempt_pk=attempt.pk, responses={}, at=at, allow_blank=True)


def today(cohort, now=NOW):
    found, _resting = contacts.people_to_contact(cohort, board_of(cohort, now=now), now=now)
    return [(one.name, one.reason.value, one.words.replace("\u00a0", " ")) for one in found]


def resting(cohort, now=NOW):
    return contacts.people_to_contact(cohort, board_of(cohort, now=now), now=now)[1]


def write(row, lead, *, at=NOW, reason=Reason.SILENT, **words):
    facts = {"subject": "Où en êtes-vous ?", "text": "Bonjour {prénom}."} | words
    return contacts.write_to(enrolment_pk=row.pk, reason=reason, by=lead, at=at, **facts)


def test_each_person_has_one_reason_and_the_most_urgent_come_first(cohort):
    follow(cohort, "Ada", since=3)
    follow(cohort, "Bruno", since=30, steps=1, until=12)
    fail(follow(cohort, "Cléo", since=20, steps=2, until=5), 2)
    follow(cohort, "Dan", since=20, steps=1, until=10)

    assert today(cohort) == [
        ("Cléo D", "stuck", "2 essais sans réussir « Quiz 1 », 2 étapes sur 4"),
        ("Dan D", "silent", "10 jours sans venir, 1 étape sur 4"),
        ("Bruno D", "silent", "12 jours sans venir, 1 étape sur 4"),
        ("Ada D", "never_started", "3 jours sans commencer"),
    ]


@pytest.mark.parametrize(
    ("since", "steps", "until", "reason"),
    [
        (2, 0, 2, None),
        (3, 0, 3, "never_started"),
        (20, 1, 9, None),
        (20, 1, 10, "silent"),
        (40, 0, 40, "never_started"),
    ],
)
def test_each_reason_begins_on_its_day(cohort, since, steps, until, reason):
    follow(cohort, "Ada", since=since, steps=steps, until=until)
    assert [one[1] for one in today(cohort)] == ([reason] if reason else [])


@pytest.mark.parametrize(("steps", "until", "expected"), [(4, 4, 1), (4, 3, 0), (3, 4, 0)])
def test_whoever_has_done_four_fifths_and_stopped_for_four_days_is_nearly_there(site, lead, steps, until, expected):
    track = make_track(site, slug="decideurs", modules=((5, False),))
    cohort = learners.make_cohort(track, lead=lead)
    follow(cohort, "Ada", since=20, steps=steps, until=until)

    found = today(cohort)

    assert found == [("Ada D", "nearly_done", "4 étapes sur 5, 4 jours sans venir")] * expected


def test_days_before_the_cohort_begins_do_not_count(cohort):
    Cohort.objects.filter(pk=cohort.pk).update(opens_on=(NOW - 2 * DAY).date())
    cohort.refresh_from_db()
    follow(cohort, "Ada", since=20)
    assert today(cohort) == []
    assert [one[1] for one in today(cohort, now=NOW + DAY)] == ["never_started"]


def test_one_failure_or_a_success_after_two_is_not_being_stuck(cohort):
    fail(follow(cohort, "Ada", since=20, steps=2, until=1), 1)
    row = follow(cohort, "Bruno", since=20, steps=2, until=3)
    fail(row, 2, ago=2)
    finish(row, at=NOW - DAY, steps=3)
    assert today(cohort) == []


def test_who_fell_silent_after_failing_is_silent(cohort):
    fail(follow(cohort, "Ada", since=30, steps=2, until=20), 2, ago=11)
    assert [one[1] for one in today(cohort)] == ["silent"]


def test_who_finished_left_is_staff_closed_refused_or_is_elsewhere_is_never_listed(cohort, track, lead):
    follow(cohort, "Ada", since=30, steps=4, until=12)
    withdraw(person=follow(cohort, "Bruno", since=30).person, track_pk=track.pk, at=NOW)
    follow(cohort, "Cléo", since=30, is_staff=True)
    User.objects.filter(pk=follow(cohort, "Dan", since=30).person_id).update(is_active=False)
    refusing = follow(cohort, "Ève", since=30)
    subscriptions.opt_out(person_pk=refusing.person_id, kind="reminder", at=NOW)
    follow(learners.make_cohort(track, name="Printemps"), "Fatou", since=30)

    assert today(cohort) == []


def test_whoever_was_written_to_or_reminded_lately_rests(cohort, lead):
    row = follow(cohort, "Ada", since=30, steps=1, until=12)
    write(row, lead, at=NOW - 7 * DAY + timedelta(minutes=1))
    follow(cohort, "Bruno", since=30, steps=1, until=12)
    reminders.write_due(now=NOW)
    assert (today(cohort), resting(cohort)) == ([], 2)
    later = NOW + 3 * DAY
    assert ([one[0] for one in today(cohort, now=later)], resting(cohort, now=later)) == (["Ada D", "Bruno D"], 0)


def test_whoever_came_back_or_refuses_does_not_rest(cohort, lead):
    write(follow(cohort, "Ada", since=30, steps=1, until=1), lead, at=NOW - 3 * DAY)
    refusing = follow(cohort, "Ève", since=30)
    write(refusing, lead, at=NOW - 3 * DAY)
    subscriptions.opt_out(person_pk=refusing.person_id, kind="reminder", at=NOW)
    assert (today(cohort), resting(cohort)) == ([], 0)


def test_there_are_never_more_than_ten(cohort):
    for number in range(12):
        follow(cohort, f"P{number:02}", since=30 + number, steps=1, until=12 + number)
    found = today(cohort)
    assert (len(found), found[0][0], found[-1][0]) == (10, "P00 D", "P09 D")


def test_a_cohort_that_is_over_or_whose_track_is_gone_has_nobody_to_contact(cohort, track):
    follow(cohort, "Ada", since=30)
    assert today(cohort) != []
    cohort.closes_on = (NOW - DAY).date()
    assert today(cohort) == []
    cohort.closes_on = None
    track.unpublish()
    assert today(cohort) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_and_what_came_of_it_cost_three_queries_for_one_person_as_for_three(
    cohort, lead, count, django_assert_num_queries
):
    for number in range(count):
        follow(cohort, f"P{number}", since=30)
        write(follow(cohort, f"Q{number}", since=30), lead)
    board = board_of(cohort, now=NOW)
    with django_assert_num_queries(3):
        day = contacts.day_of(cohort, board, now=NOW)
        names = [str(one.contact.enrolment.person) for one in day.latest]
    assert (len(day.today), len(names)) == (count, count)


# ---------------------------------------------------------------- the words


@pytest.mark.parametrize("informal", [False, True], ids=["vous", "tu"])
@pytest.mark.parametrize("reason", list(Reason), ids=[one.value for one in Reason])
def test_there_is_a_message_ready_for_each_reason_in_the_voice_of_the_track(cohort, lead, informal, reason):
    cohort.track.informal = informal
    cohort.track.save_revision().publish()
    row = follow(cohort, "Ada", since=30, steps=2, until=12)
    one = contacts.Suggestion(row.pk, "Ada D", reason, 12, 2, 4, quiz_title="Quiz 1", failures=2)

    subject, text = contacts.prepared(one, row, outline_by_pk(cohort.track_id), by=lead, now=NOW)

    assert text.startswith("Bonjour Ada,\n\n")
    assert "/parcours/jeunes/module-1/quiz-1/" in text
    assert text.endswith(f"{'Tu peux' if informal else 'Vous pouvez'} me répondre à samuel@example.org.")
    assert "{" not in subject + text
    words = text.lower().replace(",", " ").split()
    assert not {"vous", "votre"} & set(words) if informal else not {"tu", "ta", "ton", "toi"} & set(words)
    write(row, lead, subject=subject, text=text)  # it may leave as it is


# ---------------------------------------------------------------- the letter


def test_writing_makes_one_letter_and_one_contact_a_day(cohort, lead):
    row = follow(cohort, "Ada", since=30)
    (first, written), (second, again) = write(row, lead), write(row, lead, text="Encore")

    assert (first, written, again) == (second, True, False)
    letter = Letter.objects.get(kind="message")
    assert letter.key == f"contact:{row.pk}:2026-11-23"
    delivery.send(letter.pk, now=NOW)
    letter.refresh_from_db()
    assert letter.text.startswith("Bonjour Ada.\n\nSamuel Okoro\nCohorte «\u202fAutomne\u202f»")
    assert write(row, lead, at=NOW + DAY)[1]


def test_the_day_is_that_of_the_cohort(cohort, lead):
    Cohort.objects.filter(pk=cohort.pk).update(time_zone="Pacific/Noumea")
    row = follow(cohort, "Ada", since=30)
    write(row, lead, at=NOW + timedelta(hours=5))
    assert Letter.objects.get(kind="message").key.endswith(":2026-11-24")


def test_who_left_or_refuses_is_not_written_to(cohort, track, lead):
    gone, refusing = follow(cohort, "Ada", since=30), follow(cohort, "Bruno", since=30)
    withdraw(person=gone.person, track_pk=track.pk, at=NOW)
    subscriptions.opt_out(person_pk=refusing.person_id, kind="reminder", at=NOW)
    for row, refusal in ((gone, NotEnrolled), (refusing, NotToContact)):
        with pytest.raises(refusal):
            write(row, lead)
    with pytest.raises(UnfitMessage):
        write(follow(cohort, "Cléo", since=30), lead, text="{nom}")
    assert not Contact.objects.exists()
    assert not Letter.objects.filter(kind="message").exists()


# ---------------------------------------------------------------- afterwards


def test_whoever_does_something_afterwards_came_back_on_that_day(cohort, lead, track):
    done, tried, seen, silent = (
        follow(cohort, name, since=30, steps=2, until=20) for name in ("Ada", "Bruno", "Cléo", "Dan")
    )
    for row in (done, tried, seen, silent):
        write(row, lead, at=NOW - 10 * DAY)
    finish(done, steps=3, at=NOW - 6 * DAY)
    progress.complete(enrolment_pk=done.pk, step_pk=track.get_descendants().get(slug="lecon-21").pk, at=NOW - 2 * DAY)
    fail(tried, 1, ago=4)
    type(seen).objects.filter(pk=seen.pk).update(last_activity_at=NOW - 3 * DAY)

    back = {one.contact.enrolment_id: one.back_on for one in contacts.outcomes(cohort, now=NOW)}

    assert back == {done.pk: NOW - 6 * DAY, tried.pk: NOW - 4 * DAY, seen.pk: NOW - 3 * DAY, silent.pk: None}


def test_contacts_of_more_than_a_month_and_of_other_cohorts_are_not_told(cohort, lead, track):
    write(follow(cohort, "Ada", since=60), lead, at=NOW - 31 * DAY)
    write(follow(learners.make_cohort(track, name="Printemps"), "Bruno", since=60), lead, at=NOW - DAY)
    assert contacts.outcomes(cohort, now=NOW) == []


def test_the_share_who_came_back_is_told_from_five_people_on_and_counts_each_once(cohort, lead):
    rows = [follow(cohort, f"P{number}", since=40, steps=1, until=25) for number in range(5)]
    for row in rows[:4]:
        write(row, lead, at=NOW - 20 * DAY)
    write(rows[0], lead, at=NOW - 10 * DAY)
    assert contacts.shares(contacts.outcomes(cohort, now=NOW)) == []

    write(rows[4], lead, at=NOW - 10 * DAY)
    for row in rows[:3]:
        finish(row, steps=2, at=NOW - 5 * DAY)

    (share,) = contacts.shares(contacts.outcomes(cohort, now=NOW))
    assert (share.reason, share.back, share.people) == (Reason.SILENT, 3, 5)
