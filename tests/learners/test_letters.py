"""A message is first a row; the worker hears of it after commit, never before."""

from datetime import timedelta

import pytest
from django.db import transaction

from courses.models import StepPage
from courses.outline import outline_by_pk
from learners import attempts, emails, letters, progress, reminders
from learners.models import Letter
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol, right_responses

LATER = NOW + timedelta(days=30)
TASK = "learners.tasks.send_letter"


def write(enrolment, *, key="welcome:x", due_at=NOW):
    return letters.write(kind=Letter.Kind.WELCOME, person=enrolment.person, enrolment=enrolment, key=key, due_at=due_at)


def write_account_message(person):
    return letters.write_account_message(
        composed=emails.Composed(subject="Votre code", text="Le code : 123\n", html="<p>Le code : 123</p>"),
        address="ailleurs@example.org",
        key="account:x",
        person=person,
        at=LATER,
    )


# ------------------------------------------------------------ one letter per key


def test_a_letter_is_written_without_its_words(enrolment):
    letter = write(enrolment, due_at=LATER)
    assert Letter.objects.values().get(pk=letter.pk) == {
        "id": letter.pk,
        "person_id": enrolment.person_id,
        "address": "nadia@example.org",
        "kind": "welcome",
        "key": "welcome:x",
        "enrolment_id": enrolment.pk,
        "rule_id": None,
        "due_at": LATER,
        "subject": "",
        "text": "",
        "html": "",
        "postponed_until": None,
        "postponed_reason": "",
        "claimed_until": None,
        "tries": 0,
        "last_error": "",
        "sent_at": None,
        "dropped_at": None,
        "dropped_reason": "",
        "bounced_at": None,
        "bounce": "",
    }


def test_a_second_letter_with_the_same_key_is_the_first_one_unchanged(enrolment):
    first = write(enrolment)
    before = Letter.objects.values().get(pk=first.pk)
    assert write(enrolment, due_at=LATER).pk == first.pk
    assert Letter.objects.filter(key="welcome:x").values().get() == before


def test_a_letter_that_was_sent_is_not_written_again(enrolment):
    first = write(enrolment)
    Letter.objects.filter(pk=first.pk).update(sent_at=NOW)
    assert write(enrolment, due_at=LATER).pk == first.pk
    assert Letter.objects.filter(key="welcome:x").values_list("sent_at", "due_at").get() == (NOW, NOW)


def test_a_message_of_the_account_is_written_with_its_words(learner):
    letter = write_account_message(learner)
    assert Letter.objects.values_list(
        "kind", "person_id", "address", "key", "due_at", "subject", "text", "html"
    ).get() == (
        "account",
        learner.pk,
        "ailleurs@example.org",
        "account:x",
        LATER,
        "Votre code",
        "Le code : 123\n",
        "<p>Le code : 123</p>",
    )
    assert letter.enrolment_id is None


@pytest.mark.django_db
def test_a_message_of_the_account_may_be_for_a_stranger():
    write_account_message(None)
    assert Letter.objects.values_list("person_id", "address").get() == (None, "ailleurs@example.org")


# ------------------------------------------------------------ after commit, never before


def finish_by_reading(row):
    progress.complete(enrolment_pk=row.pk, step_pk=outline_by_pk(row.track_id).steps[-1].pk, at=NOW)


def finish_by_answering(row):
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=outline_by_pk(row.track_id).steps[-1].pk, at=NOW)
    attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=NOW)


def finish_by_an_edit(row):
    StepPage.objects.get(pk=outline_by_pk(row.track_id).steps[-1].pk).specific.unpublish()
    progress.catch_up(at=NOW)


CAUSES = {
    "a first enrolment": (((1, False),), 0, lambda row: enrol(learners.make_person("tom@example.org"), row.track)),
    "the last lesson": (((2, False),), 1, finish_by_reading),
    "the last quiz": (((1, True),), 1, finish_by_answering),
    "an edit and the catch-up": (((2, False),), 1, finish_by_an_edit),
    "a silence": (((2, False),), 1, lambda row: reminders.write_due(now=NOW + timedelta(days=9))),
    "a message of the account": (((1, False),), 0, lambda row: write_account_message(row.person)),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_the_worker_hears_of_a_letter_after_commit_and_not_before(site, queue, after_commit, cause):
    modules, done, happen = CAUSES[cause]
    row = enrol(learners.make_person(), courses.make_track(site, slug="decideurs", modules=modules))
    learners.finish(row, steps=done)
    known = set(Letter.objects.values_list("pk", flat=True))
    with after_commit():
        happen(row)
        before_commit = queue.taken()
    letter = Letter.objects.exclude(pk__in=known).get()
    assert (before_commit, queue.taken()) == ([], [(TASK, letter.pk)])


def test_the_worker_hears_once_of_a_letter_that_is_written_twice(enrolment, queue, after_commit):
    with after_commit():
        letter = write(enrolment)
        write(enrolment)
    assert queue.taken() == [(TASK, letter.pk)]


def test_the_worker_hears_nothing_of_what_was_rolled_back(learner, track, queue, after_commit):
    class Refusal(Exception):
        pass

    def enrol_then_fail():
        with transaction.atomic():
            enrol(learner, track)
            raise Refusal

    with after_commit(), pytest.raises(Refusal):
        enrol_then_fail()
    assert (queue.taken(), Letter.objects.count()) == ([], 0)
