"""Reviews of open answers: who reads what, in which order, one at a time; and what a mark changes."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import IntegrityError, transaction

from learners import delivery, enrolment, progress, reviews
from learners.access import is_reviewer, may_review
from learners.errors import AlreadyReviewed, IncompleteReview, NotReviewer, ReviewTaken
from learners.models import Answer, Certificate, Completion, Letter, Regrade, Review, User
from tests.factories import courses
from tests.factories.learners import NOW, enrol, make_cohort, make_instructor, make_person
from tests.factories.reviews import answered, levels_of, make_open_track, open_text
from tests.worlds import made_once

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@made_once
def track(published):
    """A lesson, then a quiz of one open question worth three points."""
    return make_open_track(published[0])


@pytest.fixture
def helene(db):
    """An instructor."""
    return make_instructor("helene@example.org", first_name="Hélène", last_name="Marchetti")


@pytest.fixture
def marc(db):
    """Another one."""
    return make_instructor("marc@example.org", first_name="Marc", last_name="Diallo")


@pytest.fixture
def samuel(db):
    """Who leads the cohort of the learner."""
    return make_person("samuel@example.org")


@pytest.fixture
def row(learner, track, samuel):
    """The learner follows the track in a cohort."""
    return enrol(learner, track, cohort=make_cohort(track, lead=samuel))


@pytest.fixture
def answer(row):
    """Her answer, which waits."""
    return answered(row).answers.get()


def give(answer, by, *points, comment="Un vrai récit.", at=NOW + DAY):
    """A mark for this answer."""
    return reviews.review(answer_pk=answer.pk, by=by, levels=levels_of(answer, *points), comment=comment, at=at)


def plain(text):
    """The text with ordinary spaces."""
    return unescape(text).replace("\u202f", " ").replace("\xa0", " ")


def state(attempt):
    attempt.refresh_from_db()
    return attempt.score, attempt.passed, attempt.awaiting


# ------------------------------------------------------------ who reads what


def test_the_queue_gives_the_oldest_answer_first(track, helene):
    rows = [enrol(make_person(f"{number}@example.org"), track, at=NOW - 9 * DAY) for number in range(3)]
    late, early, middle = (
        answered(row, at=NOW - days * DAY).answers.get() for row, days in zip(rows, (1, 3, 2), strict=True)
    )
    assert list(reviews.queue(helene)) == [early, middle, late]


def test_only_sent_answers_that_no_machine_can_mark_wait(row, helene, track):
    blank = answered(enrol(make_person("tom@example.org"), track), text="Rien à voir")
    assert reviews.queue(helene).count() == 1
    Answer.objects.filter(attempt=blank).update(points=0, fraction=0)
    assert reviews.queue(helene).count() == 0


def test_who_leads_a_cohort_reads_the_answers_of_its_learners_and_no_others(answer, samuel, track):
    other = answered(enrol(make_person("tom@example.org"), track)).answers.get()
    assert list(reviews.queue(samuel)) == [answer]
    assert (may_review(samuel, answer.pk), may_review(samuel, other.pk)) == (True, False)


def test_instructors_and_administrators_read_them_all(answer, helene):
    louise = User.objects.create_superuser("louise@example.org", None)
    for person in (helene, louise):
        assert (is_reviewer(person), list(reviews.queue(person))) == (True, [answer])


def test_nobody_else_reads_any(answer, learner, track):
    rival = make_person("rival@example.org")
    make_cohort(track, lead=rival, name="Une autre")
    stranger = make_person("tom@example.org")
    assert (is_reviewer(stranger), is_reviewer(learner), is_reviewer(rival)) == (False, False, True)
    for person in (stranger, rival):
        assert not reviews.queue(person).exists()
        with pytest.raises(NotReviewer):
            reviews.claim(answer_pk=answer.pk, by=person, at=NOW)
        with pytest.raises(NotReviewer):
            give(answer, person, 2, 1)
    assert not Review.objects.exists()


def test_nobody_reviews_their_own_answer(track):
    teacher = make_instructor("helene@example.org")
    own = answered(enrol(teacher, track)).answers.get()
    boss = User.objects.create_superuser("louise@example.org", None)
    theirs = answered(enrol(boss, track)).answers.get()
    assert (list(reviews.queue(teacher)), list(reviews.queue(boss))) == ([theirs], [own])
    with pytest.raises(NotReviewer):
        give(own, teacher, 2, 1)
    with pytest.raises(NotReviewer):
        reviews.claim(answer_pk=theirs.pk, by=boss, at=NOW)


def test_an_instructor_reads_the_answers_of_their_own_tracks_only(answer, track, site):
    other = courses.make_track(site, slug="decideurs", modules=((1, False),))
    courses.make_quiz(other.get_children().first(), title="Bilan")
    here, elsewhere = (make_instructor(f"{page.slug}@example.org", page=page) for page in (track, other))
    assert [list(reviews.queue(one)) for one in (here, elsewhere)] == [[answer], []]
    assert [may_review(one, answer.pk) for one in (here, elsewhere)] == [True, False]
    assert [is_reviewer(one) for one in (here, elsewhere)] == [True, True]
    with pytest.raises(NotReviewer):
        reviews.claim(answer_pk=answer.pk, by=elsewhere, at=NOW)


def test_an_answer_that_needs_no_reader_cannot_be_read(learner, site, helene):
    track = make_open_track(site, questions=[open_text() | {"value": open_text()["value"] | {"review": "self"}}])
    compared = answered(enrol(learner, track)).answers.get()
    assert not may_review(helene, compared.pk)


def test_the_answers_of_somebody_who_left_wait_for_their_return(answer, row, helene, learner):
    enrolment.withdraw(person=learner, track_pk=row.track_id, at=NOW)
    assert not reviews.queue(helene).exists()
    enrol(learner, row.track, at=NOW + DAY)
    assert list(reviews.queue(helene)) == [answer]


# ------------------------------------------------------------ one reader at a time


def test_a_claimed_answer_is_refused_to_others_for_half_an_hour(answer, helene, marc):
    reviews.claim(answer_pk=answer.pk, by=helene, at=NOW)
    with pytest.raises(ReviewTaken, match="Hélène Marchetti relit cette réponse, jusqu’à 10:30"):
        reviews.claim(answer_pk=answer.pk, by=marc, at=NOW + 29 * MINUTE)
    with pytest.raises(ReviewTaken):
        give(answer, marc, 2, 1, at=NOW + 29 * MINUTE)
    assert reviews.claim(answer_pk=answer.pk, by=marc, at=NOW + 30 * MINUTE).holder(NOW + 59 * MINUTE) == marc


def test_claiming_again_gives_more_time(answer, helene):
    reviews.claim(answer_pk=answer.pk, by=helene, at=NOW)
    again = reviews.claim(answer_pk=answer.pk, by=helene, at=NOW + 20 * MINUTE)
    assert (again.claimed_until, Review.objects.count()) == (NOW + 50 * MINUTE, 1)


def test_a_reader_who_was_slow_still_gives_a_mark_when_nobody_took_the_answer(answer, helene):
    reviews.claim(answer_pk=answer.pk, by=helene, at=NOW)
    assert give(answer, helene, 2, 1).graded_by == helene


def test_an_answer_left_to_others_is_free_at_once_and_only_its_holder_leaves_it(answer, helene, marc):
    reviews.claim(answer_pk=answer.pk, by=helene, at=NOW)
    reviews.release(answer_pk=answer.pk, by=marc, at=NOW)
    assert Review.objects.get().claimed_by == helene
    reviews.release(answer_pk=answer.pk, by=helene, at=NOW)
    reviews.release(answer_pk=answer.pk, by=helene, at=NOW)
    assert reviews.claim(answer_pk=answer.pk, by=marc, at=NOW).claimed_by == marc


def test_the_next_answer_is_the_oldest_that_nobody_else_reads(track, helene, marc):
    first, second = (
        answered(enrol(make_person(f"{number}@example.org"), track), at=NOW + number * MINUTE).answers.get()
        for number in range(2)
    )
    assert reviews.claim_next(by=helene, at=NOW).answer == first
    assert reviews.claim_next(by=marc, at=NOW).answer == second
    assert reviews.claim_next(by=helene, at=NOW).answer == first
    give(first, helene, 2, 1, at=NOW)
    assert reviews.claim_next(by=helene, at=NOW) is None
    assert reviews.claim_next(by=helene, at=NOW + 30 * MINUTE).answer == second


# ------------------------------------------------------------ what a mark changes


def test_a_mark_counts_its_criteria_and_completes_the_step_and_the_track(answer, row, helene):
    assert state(answer.attempt) == (0, None, 1)
    give(answer, helene, 1, 1)
    answer.refresh_from_db()
    assert (answer.points, round(answer.fraction, 3), answer.mark) == (2, 0.667, "partly")
    assert state(answer.attempt) == (2, True, 0)
    assert row.completions.filter(step_id=answer.attempt.quiz_id, completed_at=NOW + DAY).exists()
    assert Certificate.objects.get().enrolment == row


def test_a_mark_below_the_pass_mark_completes_nothing(answer, row, helene):
    give(answer, helene, 0, 1)
    assert state(answer.attempt) == (1, False, 0)
    assert not Certificate.objects.exists()


def test_a_review_is_no_activity_of_the_learner(answer, row, helene):
    row.refresh_from_db()
    before = row.last_activity_at
    give(answer, helene, 2, 1)
    row.refresh_from_db()
    assert (row.last_activity_at, row.completed_at) == (before, NOW + DAY)


def test_a_question_without_criteria_is_read_as_a_whole(learner, site, helene):
    block = open_text(criteria=())
    block["value"]["points"] = 4
    answer = answered(enrol(learner, make_open_track(site, questions=[block]))).answers.get()
    give(answer, helene, 3)
    assert state(answer.attempt) == (3, True, 0)


@pytest.mark.parametrize("points", [(3, 1), (-1, 1), (None, 1), (0.5, 1)])
def test_points_that_do_not_fit_the_criteria_are_refused(answer, helene, points):
    with pytest.raises(IncompleteReview):
        give(answer, helene, *points)
    with pytest.raises(IncompleteReview):
        reviews.review(answer_pk=answer.pk, by=helene, levels={}, comment="", at=NOW)
    assert state(answer.attempt) == (0, None, 1)
    assert not Review.objects.filter(graded_at__isnull=False).exists()


def test_marking_twice_changes_nothing(answer, helene):
    give(answer, helene, 2, 1)
    give(answer, helene, 2, 1, at=NOW + 2 * DAY)
    assert list(Review.objects.values_list("graded_at", "graded_by")) == [(NOW + DAY, helene.pk)]
    assert Letter.objects.filter(kind=Letter.Kind.REVIEW).count() == 1


def test_an_answer_that_was_marked_is_not_marked_again(answer, helene, marc):
    give(answer, helene, 2, 1)
    for by, points in ((marc, (2, 1)), (helene, (0, 0))):
        with pytest.raises(AlreadyReviewed):
            give(answer, by, *points)
    with pytest.raises(AlreadyReviewed):
        reviews.claim(answer_pk=answer.pk, by=marc, at=NOW)
    assert state(answer.attempt) == (3, True, 0)


def test_the_learner_is_told_once_all_the_answers_are_read(learner, site, helene):
    track = make_open_track(site, questions=[open_text("un"), open_text("deux")])
    first, second = answered(enrol(learner, track)).answers.order_by("pk")
    give(first, helene, 2, 1)
    assert not Letter.objects.filter(kind=Letter.Kind.REVIEW).exists()
    assert state(first.attempt) == (3, None, 1)
    give(second, helene, 1, 0, at=NOW + 2 * DAY)
    letter = Letter.objects.get(kind=Letter.Kind.REVIEW)
    assert (letter.person, letter.due_at, letter.key) == (learner, NOW + 2 * DAY, f"review:{first.attempt_id}")


@pytest.mark.parametrize(
    ("informal", "points", "subject", "result"),
    [
        (True, (2, 1), "Ta réponse a été relue : « Un récit »", "Le quiz est réussi, avec 100 % : bravo !"),
        (False, (0, 1), "Votre réponse a été relue : « Un récit »", "Résultat : 33 %. Ce n’est pas encore assez"),
    ],
)
def test_the_letter_gives_the_result(learner, site, helene, postbox, informal, points, subject, result):
    answer = answered(enrol(learner, make_open_track(site, informal=informal))).answers.get()
    give(answer, helene, *points)
    letter = Letter.objects.get(kind=Letter.Kind.REVIEW)
    assert delivery.send(letter.pk, now=NOW + DAY) == "sent"
    letter.refresh_from_db()
    assert plain(letter.subject) == subject
    assert result in plain(letter.text)
    assert result in plain(letter.html)
    assert f"/apprendre/tentatives/{answer.attempt_id}/" in letter.text
    assert f"/apprendre/tentatives/{answer.attempt_id}/" in letter.html
    assert "Un vrai récit" not in letter.text  # it is read on the page, where the quiz shows it


def test_the_letter_keeps_a_score_that_the_quiz_does_not_show(learner, site, helene):
    track = make_open_track(site, reveal_custom=True, reveal_after=["feedback"], reveal_later=["feedback"])
    answer = answered(enrol(learner, track)).answers.get()
    give(answer, helene, 2, 1)
    composed, _ = delivery.compose(Letter.objects.get(kind=Letter.Kind.REVIEW), now=NOW)
    assert "%" not in composed.text
    assert "réussi" not in composed.text + composed.html


# ------------------------------------------------------------ what was given and then changed


def amend(answer, by, *points, why="Le fait est bien là.", comment="Un vrai récit.", at=NOW + 2 * DAY):
    return reviews.amend(answer_pk=answer.pk, by=by, levels=levels_of(answer, *points), comment=comment, why=why, at=at)


def test_a_changed_mark_is_a_dated_row_that_keeps_what_was(answer, helene, marc):
    give(answer, helene, 0, 1)
    amend(answer, marc, 2, 1, comment="Relu à deux.")
    assert Regrade.objects.values("answer", "at", "by", "why", "before", "after", "comment_before").get() == {
        "answer": answer.pk,
        "at": NOW + 2 * DAY,
        "by": marc.pk,
        "why": "Le fait est bien là.",
        "before": 1,
        "after": 3,
        "comment_before": "Un vrai récit.",
    }
    assert Regrade.objects.get().levels_before == levels_of(answer, 0, 1)
    review = Review.objects.get()
    assert (review.graded_by, review.graded_at, review.comment) == (helene, NOW + DAY, "Relu à deux.")
    assert state(answer.attempt) == (3, True, 0)
    assert Certificate.objects.count() == 1


def told(regrade):
    """The letter that tells this change, or None."""
    return Letter.objects.filter(key=f"regrade:{regrade.pk}").first()


def test_each_change_that_the_learner_sees_is_told_once(answer, learner, helene, marc):
    give(answer, helene, 0, 1)
    first = amend(answer, marc, 2, 1)
    assert amend(answer, marc, 2, 1) is None
    second = amend(answer, marc, 2, 0, at=NOW + 3 * DAY)
    assert Letter.objects.filter(kind=Letter.Kind.REVIEW).count() == 3
    letter = told(first)
    assert (letter.person, letter.enrolment, letter.due_at) == (learner, answer.attempt.enrolment, NOW + 2 * DAY)
    assert told(second).due_at == NOW + 3 * DAY


@pytest.mark.parametrize(
    ("informal", "points", "comment", "subject", "words", "silent"),
    [
        (
            True,
            (2, 1),
            "Un vrai récit.",
            "Ta note a changé : « Un récit »",
            ("Elle valait 1 point ; elle vaut maintenant 3 points sur 3.", "le quiz est réussi : 100 %"),
            ("commentaire", "reste terminé"),
        ),
        (
            False,
            (0, 0),
            "Relu à deux.",
            "Votre note a changé : « Un récit »",
            (
                "elle vaut maintenant 0 point sur 3. Le commentaire a changé aussi : il se lit avec le détail.",
                "Résultat de cette tentative : 0 %. Ce que vous aviez terminé reste terminé.",
            ),
            ("réussi", "Relu à deux"),
        ),
        (
            False,
            (0, 1),
            "Relu à deux.",
            "La relecture de votre réponse a changé : « Un récit »",
            ("a été relue une nouvelle fois. Le commentaire a changé.",),
            ("valait", "%", "Relu à deux", "reste terminé"),
        ),
    ],
    ids=["more points", "fewer points and another comment", "another comment"],
)
def test_the_letter_says_what_changed(
    learner, site, helene, postbox, informal, points, comment, subject, words, silent
):
    answer = answered(enrol(learner, make_open_track(site, informal=informal))).answers.get()
    give(answer, helene, 0, 1)
    letter = told(amend(answer, helene, *points, comment=comment))
    assert delivery.send(letter.pk, now=NOW + 2 * DAY) == "sent"
    letter.refresh_from_db()
    assert plain(letter.subject) == subject
    for body in (letter.text, letter.html):
        assert f"/apprendre/tentatives/{answer.attempt_id}/" in body
        assert [one for one in words if one not in plain(body)] == []
    assert [one for one in silent if one in letter.text] == []
    assert "Le fait est bien là." not in letter.text + letter.html  # the reason stays with the readers


@pytest.mark.parametrize(
    ("shown", "points", "comment", "is_told"),
    [
        (["score"], (2, 1), "Un vrai récit.", True),
        (["score"], (0, 1), "Relu à deux.", False),
        (["marks"], (2, 1), "Un vrai récit.", True),
        (["feedback"], (1, 0), "Un vrai récit.", True),
        (["feedback"], (0, 1), "Relu à deux.", True),
        (["answers", "solutions"], (2, 1), "Relu à deux.", False),
    ],
)
def test_a_change_that_the_quiz_does_not_show_is_not_told(learner, site, helene, shown, points, comment, is_told):
    track = make_open_track(site, reveal_custom=True, reveal_after=shown, reveal_later=shown)
    answer = answered(enrol(learner, track)).answers.get()
    give(answer, helene, 0, 1)
    assert bool(told(amend(answer, helene, *points, comment=comment))) is is_told


def test_the_letter_of_a_change_keeps_what_the_quiz_does_not_show(learner, site, helene):
    track = make_open_track(site, reveal_custom=True, reveal_after=["feedback"], reveal_later=["feedback"])
    answer = answered(enrol(learner, track)).answers.get()
    give(answer, helene, 0, 1)
    composed, _ = delivery.compose(told(amend(answer, helene, 2, 1)), now=NOW)
    assert [word for word in ("%", "réussi", "point") if word in composed.text] == []
    assert [word for word in ("réussi", "point") if word in plain(composed.html)] == []


def test_a_change_before_everything_is_read_waits_for_the_letter_that_tells_it_all(learner, site, helene):
    track = make_open_track(site, questions=[open_text("un"), open_text("deux")])
    first, second = answered(enrol(learner, track)).answers.order_by("pk")
    give(first, helene, 0, 1)
    assert told(amend(first, helene, 2, 1)) is None
    give(second, helene, 2, 1, at=NOW + 3 * DAY)
    assert Letter.objects.get(kind=Letter.Kind.REVIEW).key == f"review:{first.attempt_id}"


def test_what_was_earned_is_not_taken_back_by_a_lower_mark(answer, row, helene):
    give(answer, helene, 2, 1)
    amend(answer, helene, 0, 0)
    assert state(answer.attempt) == (0, False, 0)
    assert Completion.objects.filter(enrolment=row, step_id=answer.attempt.quiz_id).exists()
    row.refresh_from_db()
    assert (row.completed_at, Certificate.objects.get().revoked_at) == (NOW + DAY, None)


def test_changing_nothing_writes_nothing(answer, helene):
    give(answer, helene, 2, 1)
    assert amend(answer, helene, 2, 1) is None
    assert not Regrade.objects.exists()


def test_a_mark_is_changed_only_with_a_reason_and_only_once_it_was_given(answer, helene):
    with pytest.raises(IncompleteReview):
        amend(answer, helene, 2, 1)
    give(answer, helene, 2, 1)
    with pytest.raises(IncompleteReview):
        amend(answer, helene, 0, 1, why="")
    assert state(answer.attempt) == (3, True, 0)


def test_nobody_changes_the_mark_of_an_answer_they_may_not_review(answer, helene):
    give(answer, helene, 2, 1)
    with pytest.raises(NotReviewer):
        amend(answer, make_person("tom@example.org"), 0, 0)


def test_the_database_refuses_a_regrade_without_a_reason_and_a_claim_without_an_end(answer, helene):
    with pytest.raises(IntegrityError, match="regrade_says_why"), transaction.atomic():
        Regrade.objects.create(answer=answer, at=NOW, by=helene, why="", before=0, after=1)
    with pytest.raises(IntegrityError, match="review_claimed_for_a_while"), transaction.atomic():
        Review.objects.create(answer=answer, claimed_by=helene)
    with pytest.raises(IntegrityError, match="review_given_by_somebody"), transaction.atomic():
        Review.objects.create(answer=answer, graded_at=NOW)


def test_a_review_that_completes_the_last_step_of_a_track_that_is_gone_is_kept(answer, row, helene):
    row.track.unpublish()
    give(answer, helene, 2, 1)
    assert progress.done_ids(row) >= {answer.attempt.quiz_id}
    assert not Certificate.objects.exists()
