"""What the clock starts: each entry looks at the database and does what is due, however often it is asked."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from config.celery import app
from courses.models import StepPage
from learners import letters, schedule
from learners.models import Certificate, Heartbeat, Letter
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol

LATER = NOW + timedelta(days=9)


@pytest.fixture
def clock():
    """The clock strikes NOW; ``clock.move_to`` passes time."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_every_entry_of_the_timetable_is_a_task_that_exists():
    app.loader.import_default_modules()
    named = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert named == {
        f"learners.schedule.{name}"
        for name in (
            "beat",
            "send_due_letters",
            "write_reminders",
            "write_messages",
            "write_digests",
            "read_bounces",
            "issue_missing",
            "publish_scheduled",
            "close_overdue_attempts",
            "compare_figures",
        )
    }
    assert named - set(app.tasks) == set()


@pytest.mark.django_db
def test_each_beat_leaves_one_sign_of_life(clock):
    schedule.beat()
    clock.move_to(LATER)
    schedule.beat()
    assert Heartbeat.objects.values_list("name", "at").get() == ("clock", LATER)


def test_the_sweep_sends_what_is_due_once_the_oldest_first(track, clock):
    for number, days in ((1, 2), (2, 5), (3, -1)):
        enrol(learners.make_person(f"p{number}@example.org"), track, at=NOW - timedelta(days=days))
    schedule.send_due_letters()
    schedule.send_due_letters()
    assert [message.to for message in mail.outbox] == [["p2@example.org"], ["p1@example.org"]]
    clock.move_to(LATER)
    schedule.send_due_letters()
    assert [message.to for message in mail.outbox[2:]] == [["p3@example.org"]]


def test_the_sweep_sends_what_a_lost_task_or_a_killed_worker_left_behind(track, clock):
    for number in (1, 2):
        enrol(learners.make_person(f"p{number}@example.org"), track)
    killed = Letter.objects.get(address="p2@example.org")
    Letter.objects.filter(pk=killed.pk).update(claimed_until=NOW + timedelta(seconds=110), tries=1)
    schedule.send_due_letters()
    assert [message.to for message in mail.outbox] == [["p1@example.org"]]
    clock.move_to(NOW + timedelta(seconds=120))
    schedule.send_due_letters()
    assert [message.to for message in mail.outbox] == [["p1@example.org"], ["p2@example.org"]]


def test_a_letter_that_this_version_cannot_make_does_not_hold_the_others(enrolment, clock):
    """A newer version wrote it before it was rolled back."""
    strange = letters.write(
        kind="postcard", person=enrolment.person, enrolment=enrolment, key="postcard:1", due_at=NOW - timedelta(days=1)
    )
    schedule.send_due_letters()
    assert [message.to for message in mail.outbox] == [["nadia@example.org"]]
    assert Letter.objects.waiting().get() == strange


def test_the_clock_writes_reminders_once(enrolment, clock):
    clock.move_to(LATER)
    schedule.write_reminders()
    schedule.write_reminders()
    assert Letter.objects.filter(kind="reminder").values_list("enrolment_id", "due_at").get() == (enrolment.pk, LATER)


def test_the_clock_issues_the_attestations_that_an_edit_left_behind(enrolment, outline, clock):
    learners.finish(enrolment, steps=3)
    StepPage.objects.get(pk=outline.steps[3].pk).specific.unpublish()
    clock.move_to(LATER)
    schedule.issue_missing()
    schedule.issue_missing()
    assert Certificate.objects.values_list("enrolment_id", "issued_at").get() == (enrolment.pk, LATER)


def test_the_clock_publishes_and_unpublishes_pages_at_their_hour(track, clock):
    module = track.get_children().first().specific
    coming = courses.make_lesson(module, title="À venir", live=False, go_live_at=NOW + timedelta(hours=1))
    leaving = courses.make_lesson(module, title="Sur le départ", expire_at=NOW + timedelta(hours=2))
    live = []
    for hours in (0, 1, 2):
        clock.move_to(NOW + timedelta(hours=hours, seconds=1))
        schedule.publish_scheduled()
        live.append([StepPage.objects.get(pk=page.pk).live for page in (coming, leaving)])
    assert live == [[False, True], [True, True], [True, False]]
