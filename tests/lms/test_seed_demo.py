"""The demonstration people: open answers are read or wait for it, and nobody is stuck because of that."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from learners import contacts, reminders, reviews, seats
from learners.models import (
    Answer,
    Attempt,
    Cohort,
    Completion,
    Contact,
    EnrolmentChange,
    Invitation,
    Letter,
    Message,
    Pair,
    Regrade,
    Review,
    User,
    WaitingPlace,
)
from learners.reporting import board_of
from lms.management.commands.seed_demo import READ_WITHIN
from lms.management.written_answers import WRITTEN
from tests.factories.courses import make_lesson, make_module, make_quiz, make_track, single
from tests.factories.reviews import open_text
from tests.lms.demonstrating import load_the_demonstration
from tests.worlds import made_once

pytestmark = pytest.mark.slow

QUESTION = next(iter(WRITTEN))


def open_question():
    """A question to which the demonstration people know what to write, with two criteria as in its file."""
    return open_text("Racontez.", criteria=(("Un fait", 1), ("Une idée", 1))) | {"id": QUESTION}


@made_once
def loaded(published):
    site, _ = published
    make_track(site, slug="decideurs")
    track = make_track(site, slug="chefs-de-projet", modules=())
    module = make_module(track)
    questions = [open_question(), *(single(name) for name in "ABCDE")]
    make_quiz(module, questions=questions, pass_mark=70, certainty=True)
    for number in range(4):
        make_lesson(module, title=f"Leçon {number}")
    load_the_demonstration()


@pytest.fixture(autouse=True)
def demonstration(loaded, settings, tmp_path, db):
    """Tracks on a site that shows itself: in one, a quiz with an open question stands before four lessons."""
    settings.VAR = tmp_path


def instructor():
    """Who reads in the demonstration."""
    return User.objects.get(email="formatrice@demo.example")


def test_old_answers_were_read_with_a_comment_and_recent_ones_wait():
    now = timezone.now()
    assert {review.graded_by for review in Review.objects.all()} == {instructor()}
    assert all(review.comment and review.graded_at <= now for review in Review.objects.all())
    waiting = reviews.queue(instructor())
    assert 0 < waiting.count() < Review.objects.count()
    assert all(answer.attempt.submitted_at >= now - READ_WITHIN for answer in waiting)


def test_nobody_who_went_on_waits_for_a_reader():
    went_on = Completion.objects.exclude(step__quizpage__isnull=False).values("enrolment")
    waiting = Attempt.objects.filter(awaiting=True, passed=None, enrolment__in=went_on)
    assert waiting.count() == 0
    assert Letter.objects.waiting().count() == 0


def test_people_say_how_sure_they_are():
    said = Answer.objects.exclude(question_id=QUESTION).filter(attempt__quiz__certainty=True)
    assert set(said.values_list("certainty", flat=True)) == {1, 2, 3}


def test_a_mark_was_changed_for_the_list_of_changes():
    regrade = Regrade.objects.get()
    assert (regrade.by, regrade.before, regrade.after) == (instructor(), 1, 2)
    assert Letter.objects.get(key=f"regrade:{regrade.pk}").sent_at


def test_one_cohort_is_full_with_organisations_pairs_an_invitation_and_people_who_wait():
    cohort = Cohort.objects.get(seats__isnull=False)
    assert (cohort.track.slug, seats.left(cohort)) == ("chefs-de-projet", 0)
    assert len(set(cohort.enrolments.active().values_list("sector", flat=True))) == 5
    assert sorted(pair.members.count() for pair in cohort.pairs.all()) == [2, 2]
    assert cohort.invitations.usable(timezone.now()).count() == 1
    assert WaitingPlace.objects.waiting().filter(cohort=cohort).count() == 3


def test_a_message_is_scheduled_and_of_two_people_who_were_written_to_one_came_back():
    now = timezone.now()
    message = Message.objects.get()
    assert message.due_at > now
    assert message.author.email == "responsable@demo.example"
    assert {bool(one.back_on) for one in contacts.outcomes(message.cohort, now=now)} == {True, False}
    assert Contact.objects.count() == 2


def test_letters_left_in_their_time_and_there_are_still_people_to_write_to_today():
    now = timezone.now()
    reminded = Letter.objects.filter(kind=Letter.Kind.REMINDER)
    assert {letter.sent_at - letter.due_at for letter in Letter.objects.filter(kind=Letter.Kind.WELCOME)} == {
        timedelta(0)
    }
    assert reminded.count() > 3
    assert all(letter.due_at == letter.sent_at <= now for letter in reminded)
    reminders.write_due(now=now)
    assert not Letter.objects.waiting().exists()
    for cohort in Cohort.objects.all():
        assert len(contacts.day_of(cohort, board_of(cohort, now=now), now=now).today) > 3


def test_a_second_start_changes_nothing():
    def rows():
        models = (Attempt, Answer, Review, Regrade, Letter, Message, EnrolmentChange, Pair, Invitation, WaitingPlace)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = rows()
    call_command("seed_demo", stdout=StringIO())
    assert rows() == before
