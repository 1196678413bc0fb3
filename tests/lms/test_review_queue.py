"""The queue of open answers as its readers meet it, and what learners read once somebody has read theirs."""

from datetime import timedelta

import pytest

from learners import reviews
from learners.models import Letter, Regrade, Review
from tests.factories.learners import NOW, enrol, make_cohort, make_person
from tests.factories.reviews import TEXT, answered, levels_of, make_open_track, open_text
from tests.lms.visiting import Visitor
from tests.worlds import made_once

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
QUEUE = "/cohortes/relectures/"


@made_once
def track(published):
    """A lesson, then a quiz of one open question worth three points."""
    return make_open_track(published[0])


@pytest.fixture
def answer(learner, track):
    """The answer of Nadia, which waits."""
    return answered(enrol(learner, track)).answers.get()


@pytest.fixture
def helene(instructor):
    """The instructor at her browser."""
    return Visitor(instructor)


@pytest.fixture
def samuel(track):
    """Somebody who leads a cohort, at his browser."""
    person = make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")
    make_cohort(track, lead=person)
    return Visitor(person)


def marks(answer, *points):
    """The fields of the form that give these points."""
    return {f"points-{key}": str(value) for key, value in levels_of(answer, *points).items()}


def several(track, count):
    """That many answers of as many people, an hour apart, the last one first."""
    return [
        answered(
            enrol(make_person(f"p{number}@example.org"), track), at=NOW - number * HOUR, text=f"Récit {number}."
        ).answers.get()
        for number in range(count)
    ]


# ------------------------------------------------------------ the queue


def test_the_queue_says_what_waits_since_when_and_not_whose_it_is(helene, answer, clock):
    clock.shift(72 * HOUR)
    page = helene.open(QUEUE)
    assert "1 réponse attend quelqu’un" in page.words
    assert "Racontez : récit." in page.words
    assert "Racontez : récit. À relire 23 novembre 2026 il y a 3 jours Essai Un récit" in page.words
    assert "Nadia" not in page.words + helene.open(f"{QUEUE}{answer.pk}/").words


def test_an_empty_queue_says_so(helene):
    page = helene.open(QUEUE)
    assert "Rien n’attend de relecture" in page.headings
    assert "Relire la plus ancienne" not in page.buttons


def test_the_oldest_comes_first_and_pages_are_numbered(helene, track):
    several(track, 26)
    page = helene.open(QUEUE)
    assert "26 réponses attendent" in page.words
    assert len(page.soup.select("tbody tr")) == 25
    assert "Page 1 sur 2" in page.words
    first = helene.press(page, "Relire la plus ancienne")
    assert "Récit 25." in first.words


def test_who_leads_cohorts_finds_the_queue_there_and_an_instructor_in_the_menu(samuel, helene, answer, learner):
    assert "rien n’attend" in samuel.open("/cohortes/").words  # Nadia is in no cohort
    answer.attempt.enrolment.cohort = samuel.person.leads.get().cohort
    answer.attempt.enrolment.save()
    page = samuel.open("/cohortes/")
    assert "Relectures 1 réponse attend" in page.words
    assert samuel.open(page.links["Relectures"]).h1 == "Relectures"
    menu = helene.open("/mon-espace/").soup.find(id="navigation")
    assert menu.find("a", href=QUEUE)
    assert not Visitor(learner).open("/mon-espace/").soup.find("a", href=QUEUE)


def test_strangers_find_nothing(nadia, samuel, visitor, answer, track):
    stranger = Visitor(make_person("tom@example.org"))
    assert stranger.open(QUEUE).status == 404
    for somebody in (stranger, samuel, nadia):
        assert somebody.open(f"{QUEUE}{answer.pk}/").status == 404
        for act in ("prendre", "laisser", "enregistrer", "modifier"):
            assert somebody.post(f"{QUEUE}{answer.pk}/{act}/", marks(answer, 2, 1)).status == 404
    assert samuel.open(f"{QUEUE}999/").status == 404
    assert "/compte/connexion/" in visitor.open(f"{QUEUE}{answer.pk}/").address
    assert not Review.objects.exists()


def test_nobody_finds_their_own_answer(helene, track):
    own = answered(enrol(helene.person, track)).answers.get()
    assert "Rien n’attend de relecture" in helene.open(QUEUE).headings
    assert helene.open(f"{QUEUE}{own.pk}/").status == 404


# ------------------------------------------------------------ reading one


def test_a_reader_claims_reads_and_marks_without_javascript(helene, answer):
    page = helene.open(f"{QUEUE}{answer.pk}/")
    assert "Ce qui sera regardé Un fait (2 points)" in page.words
    page = helene.press(page, "Relire cette réponse")
    assert "Réservée pour vous jusqu’à 11:30" in page.words
    for words in ("Racontez : récit.", TEXT, "Un récit court.", "Un fait", "Ce qu’on en tire"):
        assert words in page.words
    page = helene.press(page, "Enregistrer et passer à la suivante", {**marks(answer, 2, 0), "comment": "Bien vu."})
    assert page.said == ["Relecture enregistrée.", "Rien d’autre n’attend de relecture pour le moment."]
    answer.refresh_from_db()
    assert (answer.points, answer.review.comment, answer.review.graded_by) == (2, "Bien vu.", helene.person)


def test_what_was_typed_is_text_for_the_reader_and_for_the_learner(helene, nadia, learner, track):
    typed = "<b>Gras</b> & <script>alert(1)</script>\n\nÀ la ligne."
    answer = answered(enrol(learner, track), text=typed).answers.get()
    page = helene.press(helene.open(f"{QUEUE}{answer.pk}/"), "Relire cette réponse")
    assert "<b>Gras</b> & <script>alert(1)</script> À la ligne." in page.words
    assert not page.main.find_all(["b", "script"])
    helene.press(page, "Enregistrer et passer à la suivante", {**marks(answer, 2, 1), "comment": "<i>Bien</i>"})
    result = nadia.open(f"/apprendre/tentatives/{answer.attempt_id}/")
    assert "<i>Bien</i>" in result.words
    assert not result.main.find_all(["b", "i", "script"])


def test_saving_leads_to_the_next_answer_claimed_already(helene, track):
    late, early = several(track, 2)
    page = helene.press(helene.open(QUEUE), "Relire la plus ancienne")
    assert page.address == f"{QUEUE}{early.pk}/"
    page = helene.press(page, "Enregistrer et passer à la suivante", marks(early, 2, 1))
    assert (page.address, "Réservée pour vous" in page.words) == (f"{QUEUE}{late.pk}/", True)


def test_a_criterion_without_points_is_asked_for_and_what_was_written_is_kept(helene, answer):
    page = helene.press(helene.open(f"{QUEUE}{answer.pk}/"), "Relire cette réponse")
    filled = marks(answer, 2, 1)
    missing = list(filled)[1]
    del filled[missing]
    page = helene.press(page, "Enregistrer et passer à la suivante", {**filled, "comment": "À garder."})
    assert page.status == 422
    assert page.invalid == {missing: "Choisissez un nombre de points."}
    assert "À garder." in page.words
    assert not Review.objects.filter(graded_at__isnull=False).exists()


def test_an_answer_is_left_to_somebody_else(helene, answer):
    page = helene.press(helene.open(f"{QUEUE}{answer.pk}/"), "Relire cette réponse")
    page = helene.press(page, "Laisser à quelqu’un d’autre")
    assert (page.address, page.said) == (QUEUE, ["La réponse attend de nouveau dans la file."])
    assert Review.objects.get().claimed_by is None


def test_two_readers_do_not_read_the_same_answer(helene, admin, answer):
    louise = Visitor(admin)
    old_tab = louise.open(f"{QUEUE}{answer.pk}/")
    helene.press(helene.open(f"{QUEUE}{answer.pk}/"), "Relire cette réponse")
    assert "par Hélène Marchetti jusqu’à 11:30" in louise.open(QUEUE).words
    assert "Vous la relisez jusqu’à 11:30" in helene.open(QUEUE).words
    page = louise.press(old_tab, "Relire cette réponse")
    assert page.said == ["Hélène Marchetti relit cette réponse, jusqu’à 11:30."]
    assert page.buttons == []


def test_a_reader_whose_time_was_over_and_taken_keeps_what_was_written(helene, admin, answer, clock):
    page = helene.press(helene.open(f"{QUEUE}{answer.pk}/"), "Relire cette réponse")
    clock.shift(HOUR)
    reviews.claim(answer_pk=answer.pk, by=admin, at=NOW + 2 * HOUR)
    page = helene.press(page, "Enregistrer et passer à la suivante", {**marks(answer, 2, 1), "comment": "Longue note."})
    assert page.status == 409
    assert "Louise Ferrand relit cette réponse, jusqu’à 12:30." in page.words
    assert "Longue note." in page.words


def test_a_double_click_is_one_review(helene, answer):
    page = helene.press(helene.open(f"{QUEUE}{answer.pk}/"), "Relire cette réponse")
    for _ in range(2):
        done = helene.press(page, "Enregistrer et passer à la suivante", marks(answer, 2, 1))
        assert done.said[0] == "Relecture enregistrée."
    assert (Review.objects.count(), Letter.objects.filter(kind="review").count()) == (1, 1)
    late = helene.press(page, "Enregistrer et passer à la suivante", marks(answer, 0, 0))
    assert late.said == ["Cette réponse a déjà été relue."]
    answer.refresh_from_db()
    assert answer.points == 3


def test_a_mark_is_changed_with_a_reason_and_its_past_is_shown(helene, answer):
    give(answer, helene.person, 0, 1)
    page = helene.open(helene.open(QUEUE).links["Racontez : récit."])
    assert "Un fait 0 sur 2" in page.words
    page = helene.press(page, "Modifier la note", marks(answer, 2, 1))
    assert page.invalid == {"why": "Champ requis."}
    page = helene.press(page, "Modifier la note", {**marks(answer, 2, 1), "why": "Le fait est là."})
    assert page.said == ["Relecture modifiée."]
    assert "1 → 3 points, Hélène Marchetti, le 23 novembre 2026 Le fait est là." in page.words
    assert Regrade.objects.count() == 1


def give(answer, by, *points):
    """A mark with a comment."""
    reviews.review(answer_pk=answer.pk, by=by, levels=levels_of(answer, *points), comment="Bien vu.", at=NOW + HOUR)


# ------------------------------------------------------------ what the learner reads


def test_the_learner_reads_the_points_and_the_comment_once_they_are_given(nadia, helene, answer):
    address = f"/apprendre/tentatives/{answer.attempt_id}/"
    page = nadia.open(address)
    assert "1 réponse attend une relecture" in page.words
    reviews.claim(answer_pk=answer.pk, by=helene.person, at=NOW)
    assert "Un fait" not in nadia.open(address).words
    give(answer, helene.person, 2, 0)
    page = nadia.open(address)
    for words in ("Un fait 2 sur 2", "Ce qu’on en tire 0 sur 1", "Bien vu.", "67 %", "Quiz réussi"):
        assert words in page.words
    assert "Hélène" not in page.words


def test_what_was_said_is_not_shown_where_the_quiz_shows_no_comments(nadia, helene, learner, site):
    track = make_open_track(site, reveal_custom=True, reveal_after=["score", "answers"], reveal_later=["score"])
    answer = answered(enrol(learner, track)).answers.get()
    give(answer, helene.person, 2, 0)
    page = nadia.open(f"/apprendre/tentatives/{answer.attempt_id}/")
    assert "67 %" in page.words
    assert "Bien vu." not in page.words
    assert "Un fait" not in page.words


# ------------------------------------------------------------ budgets


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_takes_the_same_queries_whatever_its_length(helene, track, count, django_assert_num_queries):
    for one in several(track, count):
        reviews.claim(answer_pk=one.pk, by=helene.person, at=NOW + HOUR)
    for one in several_given(track, helene.person, count):
        assert one.points == 3
    with django_assert_num_queries(6):
        page = helene.open(QUEUE)
    assert page.words.count("Vous la relisez") == count


def several_given(track, by, count):
    """That many answers of other people, read already."""
    for number in range(count):
        answer = answered(enrol(make_person(f"g{number}@example.org"), track)).answers.get()
        give(answer, by, 2, 1)
        answer.refresh_from_db()
        yield answer


@pytest.mark.parametrize("count", [1, 3])
def test_reading_one_takes_the_same_queries_whatever_the_number_of_criteria(
    helene, learner, site, count, django_assert_num_queries
):
    track = make_open_track(site, questions=[open_text(criteria=[(f"Critère {n}", 2) for n in range(count)])])
    answer = answered(enrol(learner, track)).answers.get()
    reviews.claim(answer_pk=answer.pk, by=helene.person, at=NOW + HOUR)
    with django_assert_num_queries(4):
        page = helene.open(f"{QUEUE}{answer.pk}/")
    assert page.words.count("Critère") == count
