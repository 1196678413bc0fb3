"""Two readers at the same moment, over real connections: one holds the answer, one mark, one letter.

SQLite takes one writer at a time, so races are run on PostgreSQL.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from learners import reviews
from learners.errors import AlreadyReviewed, LearnerError, ReviewTaken
from learners.models import Answer, Attempt, Certificate, Letter, Review
from tests.factories.courses import make_site
from tests.factories.learners import NOW, enrol, make_instructor, make_person
from tests.factories.reviews import answered, levels_of, make_open_track, open_text

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="races need PostgreSQL"),
    pytest.mark.django_db(transaction=True),
]
CROWD = 6


def at_once(acts):
    """What these gave, each in its thread with its own connection, started together; a refusal as its class."""
    start = Barrier(len(acts))

    def run(act):
        try:
            connection.ensure_connection()
            start.wait(timeout=10)
            return act()
        except LearnerError as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def readers(real_commits):
    return [make_instructor(f"r{number}@example.org") for number in range(CROWD)]


def sent(*names):
    """The answers of one attempt, one per question of these names."""
    track = make_open_track(make_site(), questions=[open_text(name) for name in names])
    return list(answered(enrol(make_person("nadia@example.org"), track)).answers.order_by("pk"))


def marking(answer, by, *points):
    levels = levels_of(answer, *points)
    return lambda: reviews.review(answer_pk=answer.pk, by=by, levels=levels, comment="", at=NOW).pk


def test_of_several_who_claim_an_answer_one_holds_it(readers):
    (answer,) = sent("un")
    outcomes = at_once([lambda one=one: reviews.claim(answer_pk=answer.pk, by=one, at=NOW).pk for one in readers])
    assert outcomes.count(ReviewTaken) == CROWD - 1
    assert Review.objects.count() == 1


def test_several_who_ask_for_the_next_answer_get_different_ones(readers):
    answers = sent("un", "deux", "trois")

    def next_of(person):
        found = reviews.claim_next(by=person, at=NOW)
        return found and found.answer_id

    outcomes = at_once([lambda one=one: next_of(one) for one in readers])
    assert sorted(filter(None, outcomes)) == [answer.pk for answer in answers]


def test_of_several_who_mark_an_answer_one_is_heard(readers):
    (answer,) = sent("un")
    outcomes = at_once([marking(answer, one, 2, 1) for one in readers])
    assert outcomes.count(AlreadyReviewed) == CROWD - 1
    assert (Letter.objects.filter(kind="review").count(), Certificate.objects.count()) == (1, 1)


def test_a_double_click_marks_once(readers):
    (answer,) = sent("un")
    outcomes = at_once([marking(answer, readers[0], 2, 1)] * CROWD)
    assert outcomes == [Review.objects.get().pk] * CROWD
    assert Letter.objects.filter(kind="review").count() == 1


def test_answers_of_one_attempt_that_are_marked_together_are_all_counted(readers):
    answers = sent("un", "deux", "trois", "quatre")
    at_once([marking(answer, one, 2, 0) for answer, one in zip(answers, readers, strict=False)])
    attempt = Attempt.objects.get()
    assert (attempt.score, attempt.passed, attempt.awaiting) == (8, True, 0)
    assert not Answer.objects.awaiting().exists()
    assert Letter.objects.filter(kind="review").count() == 1
