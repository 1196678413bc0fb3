"""An exception for one person: given with a reason, read by whom it is given, asked by every rule, ended."""

from datetime import UTC, date, datetime, timedelta

import pytest

from learners.models import Allowance, Cohort, CohortQuizWindow
from tests.factories.learners import NOW, enrol, finish, make_cohort, make_person
from tests.lms.visiting import Visitor

GIVE = "Accorder la dérogation"


@pytest.fixture
def samuel(db):
    """Who leads the cohort, at the browser."""
    return Visitor(make_person("samuel@example.org", first_name="Samuel", last_name="Okoro"))


@pytest.fixture
def row(track, samuel, learner):
    """Nadia in the cohort, at the beginning."""
    return enrol(learner, track, cohort=make_cohort(track, lead=samuel.person))


@pytest.fixture
def nadia(learner):
    """Nadia at the browser."""
    return Visitor(learner)


def page_of(samuel, row):
    return samuel.open(f"/cohortes/{row.cohort_id}/personnes/{row.pk}/derogation/")


def test_a_step_opens_without_waiting_and_the_person_reads_why(samuel, nadia, row, track):
    last = track.get_children().last().get_children().first()
    assert nadia.open(last.url).status == 403
    page = samuel.press(
        page_of(samuel, row), GIVE, {"kind": "open", "page": str(last.pk), "comment": "Absente la semaine 3"}
    )
    assert page.said == ["Dérogation accordée à Nadia Benali. Elle la lit dans son espace."]
    assert nadia.open(last.url).status == 200
    words = nadia.open("/mon-espace/parcours/jeunes/").words
    assert "Leçon 2.1 : ouvert sans attendre. Absente la semaine 3 Accordée le 23 novembre 2026." in words

    page = samuel.press(page, "Terminer la dérogation pour Leçon 2.1")
    assert page.said == ["Dérogation terminée. Ce que la personne a fait reste fait."]
    assert nadia.open(last.url).status == 403
    assert "Absente la semaine 3" not in nadia.open("/mon-espace/parcours/jeunes/").words


def test_a_quiz_is_sent_later_until_the_end_of_the_day_where_the_cohort_lives(samuel, nadia, row, track):
    finish(row, steps=2)
    quiz = track.get_descendants().get(slug="quiz-1")
    Cohort.objects.filter(pk=row.cohort_id).update(time_zone="Indian/Reunion")
    CohortQuizWindow.objects.create(cohort_id=row.cohort_id, quiz_id=quiz.pk, closes_at=NOW - timedelta(hours=1))
    assert "Ce quiz est fermé depuis le 23 novembre 2026 à 12:00." in nadia.open(quiz.url).words
    fields = {"kind": "extend", "page": str(quiz.pk), "until": "2026-11-25", "comment": "Panne de réseau"}
    samuel.press(page_of(samuel, row), GIVE, fields)
    assert Allowance.objects.get().until == datetime(2026, 11, 25, 19, 59, tzinfo=UTC)
    words = nadia.open(quiz.url).words
    assert "À envoyer avant le 25 novembre 2026 à 23:59, dérogation comprise : Panne de réseau." in words


@pytest.mark.parametrize(
    ("fields", "invalid"),
    [
        ({"kind": "extend", "page": "quiz", "comment": "Oui"}, {"until": "Donnez la nouvelle date de clôture."}),
        (
            {"kind": "extend", "page": "quiz", "comment": "Oui", "until": str(date(2026, 11, 22))},
            {"until": "Cette date est passée."},
        ),
        (
            {"kind": "extend", "page": "lesson", "comment": "Oui", "until": "2026-11-30"},
            {"page": "Seul un quiz a une clôture : choisissez un quiz."},
        ),
        ({"kind": "open", "page": "quiz", "comment": ""}, {"comment": "Champ requis."}),
    ],
    ids=["without a date", "in the past", "for a lesson", "without a word"],
)
def test_what_makes_no_sense_is_refused_beside_its_field(samuel, row, track, fields, invalid):
    places = {"quiz": "quiz-1", "lesson": "lecon-11"}
    fields = fields | {"page": str(track.get_descendants().get(slug=places[fields["page"]]).pk)}
    page = samuel.press(page_of(samuel, row), GIVE, fields)
    assert (page.status, page.invalid) == (422, invalid)
    assert not Allowance.objects.exists()


def test_a_page_of_another_track_cannot_be_opened(samuel, row, site):
    page = samuel.press(page_of(samuel, row), GIVE, {"kind": "open", "page": str(site.pk), "comment": "Oui"})
    assert (page.status, list(page.invalid)) == (422, ["page"])
