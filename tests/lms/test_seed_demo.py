"""The demonstration people: open answers are read or wait for it, and nobody is stuck because of that."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from courses.models import CataloguePage
from learners import reviews
from learners.models import Answer, Attempt, Completion, Letter, Regrade, Review, User
from lms.management.commands.seed_demo import READ_WITHIN
from lms.management.written_answers import WRITTEN
from tests.factories.courses import make_lesson, make_module, make_quiz, make_track, single
from tests.factories.reviews import open_text

pytestmark = pytest.mark.slow

QUESTION = next(iter(WRITTEN))


def open_question():
    """A question to which the demonstration people know what to write, with two criteria as in its file."""
    return open_text("Racontez.", criteria=(("Un fait", 1), ("Une idée", 1))) | {"id": QUESTION}


@pytest.fixture(scope="module")
def _loaded(for_the_file):
    with for_the_file():
        site = CataloguePage.objects.get()
        make_track(site, slug="decideurs")
        track = make_track(site, slug="chefs-de-projet", modules=())
        module = make_module(track)
        questions = [open_question(), *(single(name) for name in "ABCDE")]
        make_quiz(module, questions=questions, pass_mark=70, certainty=True)
        for number in range(4):
            make_lesson(module, title=f"Leçon {number}")
        call_command("seed_demo", stdout=StringIO())


@pytest.fixture(autouse=True)
def demonstration(_loaded, settings, tmp_path, db):
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


def test_a_second_start_changes_nothing():
    def rows():
        return [list(model.objects.order_by("pk").values()) for model in (Attempt, Answer, Review, Regrade, Letter)]

    before = rows()
    call_command("seed_demo", stdout=StringIO())
    assert rows() == before
