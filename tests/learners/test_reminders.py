"""Who fell silent gets one letter per silence. The track reminds after eight days."""

from datetime import timedelta

import pytest

from courses.outline import outline_by_pk
from learners import delivery, letters, progress, reminders, subscriptions
from learners import enrolment as enrolments
from learners.models import Letter
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol

DAYS = timedelta(days=1)
SILENT = NOW + 9 * DAYS


def written():
    """The reminders that were ever written, by address and hour."""
    return list(Letter.objects.filter(kind="reminder").order_by("pk").values_list("address", "due_at"))


@pytest.mark.parametrize(
    ("silence", "due"),
    [
        pytest.param(timedelta(0), False, id="just active"),
        pytest.param(8 * DAYS - timedelta(seconds=1), False, id="a second early"),
        pytest.param(8 * DAYS, False, id="eight days to the second"),
        pytest.param(8 * DAYS + timedelta(seconds=1), True, id="a second more"),
        pytest.param(400 * DAYS, True, id="after nights that the clock missed"),
    ],
)
def test_a_learner_is_due_once_silent_for_longer_than_the_track_allows(enrolment, outline, silence, due):
    found = list(reminders.due(outline, now=NOW + silence))
    assert found == ([enrolment] if due else [])


def test_silence_counts_from_the_last_activity(enrolment, outline):
    learners.finish(enrolment, steps=1, at=NOW + 5 * DAYS)
    assert list(reminders.due(outline, now=NOW + 12 * DAYS)) == []
    assert list(reminders.due(outline, now=NOW + 14 * DAYS)) == [enrolment]


def test_the_letter_is_due_at_once_and_its_key_names_the_silence(enrolment):
    assert reminders.write_due(now=SILENT) == 1
    assert Letter.objects.filter(kind="reminder").values_list(
        "key", "person_id", "enrolment_id", "address", "due_at"
    ).get() == (
        f"reminder:{enrolment.pk}:20261123090000",
        enrolment.person_id,
        enrolment.pk,
        "nadia@example.org",
        SILENT,
    )


def test_sweeping_twice_writes_one_letter(enrolment):
    assert (reminders.write_due(now=SILENT), reminders.write_due(now=SILENT)) == (1, 0)
    assert written() == [("nadia@example.org", SILENT)]


def test_two_clocks_that_read_before_they_write_write_one_letter(enrolment, outline):
    """Both found her due before either wrote: the second meets the row of the first."""
    late = list(reminders.due(outline, now=SILENT))
    reminders.write_due(now=SILENT)
    for found in late:
        letters.write(
            kind="reminder", person=found.person, enrolment=found, key=reminders.key_of(found), due_at=SILENT + DAYS
        )
    assert written() == [("nadia@example.org", SILENT)]


def test_a_long_silence_gets_one_letter_however_often_the_clock_looks(enrolment):
    for day in range(9, 60):
        reminders.write_due(now=NOW + day * DAYS)
    assert written() == [("nadia@example.org", SILENT)]


def test_a_long_silence_gets_one_letter_when_it_was_sent_in_between(enrolment):
    reminders.write_due(now=SILENT)
    assert delivery.send(Letter.objects.get(kind="reminder").pk, now=SILENT) == "sent"
    assert reminders.write_due(now=SILENT + 30 * DAYS) == 0


def test_who_comes_back_and_falls_silent_again_gets_a_second_letter(enrolment, outline):
    reminders.write_due(now=SILENT)
    progress.complete(enrolment_pk=enrolment.pk, step_pk=outline.first.pk, at=NOW + 12 * DAYS)
    assert reminders.write_due(now=NOW + 15 * DAYS) == 0
    assert reminders.write_due(now=NOW + 21 * DAYS) == 1
    assert written() == [("nadia@example.org", SILENT), ("nadia@example.org", NOW + 21 * DAYS)]


def test_who_comes_back_while_the_server_refuses_the_letter_is_reminded_of_the_next_silence(
    enrolment, outline, postbox
):
    reminders.write_due(now=SILENT)
    postbox.at_data = "451 Later"
    letter = Letter.objects.get(kind="reminder")
    assert delivery.send(letter.pk, now=SILENT) == "refused"
    back = SILENT + timedelta(seconds=10)
    progress.complete(enrolment_pk=enrolment.pk, step_pk=outline.first.pk, at=back)
    assert delivery.send(letter.pk, now=SILENT + timedelta(seconds=31)) == "dropped"
    assert reminders.write_due(now=back + 9 * DAYS) == 1


def test_every_silent_learner_of_every_track_is_written_to(enrolment, site):
    other = courses.make_track(site, slug="decideurs", modules=[(1, False)], reminder_after_days=3)
    enrol(learners.make_person("tom@example.org"), enrolment.track)
    enrol(learners.make_person("lea@example.org"), other, at=NOW + 5 * DAYS)
    enrol(learners.make_person("zoe@example.org"), other, at=NOW + 8 * DAYS)
    assert reminders.write_due(now=SILENT) == 3
    assert {address for address, _ in written()} == {"nadia@example.org", "tom@example.org", "lea@example.org"}


def test_a_person_silent_in_two_tracks_is_reminded_of_each(enrolment, site):
    other = courses.make_track(site, slug="decideurs", modules=[(1, False)])
    second = enrol(enrolment.person, other)
    reminders.write_due(now=SILENT)
    assert set(Letter.objects.filter(kind="reminder").values_list("enrolment_id", flat=True)) == {
        enrolment.pk,
        second.pk,
    }


# ------------------------------------------------------------ who is left alone


def finish(enrolment):
    learners.finish(enrolment)


def withdraw(enrolment):
    enrolments.withdraw(person=enrolment.person, track_pk=enrolment.track_id, at=NOW)


def close_the_account(enrolment):
    enrolment.person.is_active = False
    enrolment.person.save()


def opt_out(enrolment):
    subscriptions.opt_out(person_pk=enrolment.person_id, kind="reminder", at=NOW)


def never_remind(enrolment):
    enrolment.track.reminder_after_days = 0
    courses.publish(enrolment.track)


def unpublish_the_track(enrolment):
    enrolment.track.unpublish()


def unpublish_every_step(enrolment):
    for module in enrolment.track.get_children().specific():
        module.unpublish()


@pytest.mark.parametrize(
    "change", [finish, withdraw, close_the_account, opt_out, never_remind, unpublish_the_track, unpublish_every_step]
)
def test_nobody_is_reminded_of_what_they_cannot_or_will_not_do(enrolment, change):
    change(enrolment)
    assert reminders.write_due(now=SILENT) == 0
    assert written() == []


def test_refusing_reminders_holds_for_one_person_only(enrolment):
    enrol(learners.make_person("tom@example.org"), enrolment.track)
    opt_out(enrolment)
    assert reminders.write_due(now=SILENT) == 1
    assert written() == [("tom@example.org", SILENT)]


def test_refusing_reminders_holds_for_every_track_of_today_and_tomorrow(enrolment, site):
    opt_out(enrolment)
    enrol(enrolment.person, courses.make_track(site, slug="decideurs", modules=[(1, False)]))
    assert reminders.write_due(now=SILENT) == 0


def test_who_accepts_reminders_again_gets_them_again(enrolment):
    opt_out(enrolment)
    assert reminders.write_due(now=SILENT) == 0
    subscriptions.opt_in(person_pk=enrolment.person_id, kind="reminder")
    assert reminders.write_due(now=SILENT) == 1


def test_who_withdrew_and_came_back_is_reminded_of_the_silence_after_the_return(enrolment):
    withdraw(enrolment)
    enrol(enrolment.person, enrolment.track, at=NOW + 20 * DAYS)
    assert reminders.write_due(now=NOW + 25 * DAYS) == 0
    assert reminders.write_due(now=NOW + 29 * DAYS) == 1


# ------------------------------------------------------------ what it costs


@pytest.mark.parametrize("people", [1, 3])
def test_who_is_due_is_one_question_whatever_the_number_of_learners(track, people, django_assert_num_queries):
    rows = [enrol(learners.make_person(f"p{number}@example.org"), track) for number in range(people)]
    outline = outline_by_pk(track.pk)
    with django_assert_num_queries(1):
        found = [(row.pk, row.person.email) for row in reminders.due(outline, now=SILENT)]
    assert sorted(found) == sorted((row.pk, row.person.email) for row in rows)


@pytest.mark.parametrize("people", [1, 3])
def test_a_sweep_that_finds_nobody_asks_one_question_per_track(track, site, people, django_assert_num_queries):
    courses.make_track(site, slug="decideurs", modules=[(1, False)])
    for number in range(people):
        enrol(learners.make_person(f"p{number}@example.org"), track)
    with django_assert_num_queries(3):  # the outlines, then one for each of the two tracks
        reminders.write_due(now=NOW)
