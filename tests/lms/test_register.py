"""The register of a session: who leads the cohort says who was there, and that finishes the step."""

from datetime import UTC, datetime

import pytest

from courses.models import LessonPage
from learners.models import CohortSession, Completion, Enrolment, EnrolmentChange
from tests.factories import courses
from tests.factories.learners import NOW, enrol, finish, make_cohort, make_person
from tests.lms.visiting import Visitor, plain


@pytest.fixture
def session(track):
    """A session at the end of the second module, which the attestation asks for."""
    return courses.make_lesson(track.get_children().last(), title="Atelier", completion="attended")


@pytest.fixture
def samuel(db):
    """Who leads the cohort, at the browser."""
    return Visitor(make_person("samuel@example.org", first_name="Samuel", last_name="Okoro"))


@pytest.fixture
def cohort(track, samuel):
    """A cohort of three."""
    cohort = make_cohort(track, lead=samuel.person)
    for first, last in (("Zoé", "Abel"), ("Inès", "Évrard"), ("Ada", "Zadi")):
        enrol(make_person(f"{last.lower()}@example.org", first_name=first, last_name=last), track, cohort=cohort)
    return cohort


def address(cohort, session):
    return f"/cohortes/{cohort.pk}/presences/{session.pk}/"


def present(page):
    """Whose box is ticked."""
    return [plain(box.find_parent("label").get_text()) for box in page.main.select("input[name=present][checked]")]


def row_of(last_name):
    return Enrolment.objects.get(person__last_name=last_name)


def test_the_people_are_listed_by_name_and_ticking_them_finishes_the_step(samuel, cohort, session):
    page = samuel.open(address(cohort, session))
    names = [plain(label.get_text()) for label in page.main.select("fieldset label")]
    assert (names, present(page)) == (["Zoé Abel", "Inès Évrard", "Ada Zadi"], [])
    page = samuel.press(page, "Enregistrer la feuille", {"present": [str(row_of("Zadi").pk)]})
    assert page.said == ["Feuille enregistrée : 1 présence."]
    assert present(page) == ["Ada Zadi"]
    done = Completion.objects.get()
    assert (done.step_id, done.recorded_by, done.enrolment) == (session.pk, samuel.person, row_of("Zadi"))


def test_saving_twice_changes_nothing_and_unticking_takes_back_and_is_kept(samuel, cohort, session):
    ticked = [str(row_of("Zadi").pk)]
    page = samuel.press(samuel.open(address(cohort, session)), "Enregistrer la feuille", {"present": ticked})
    page = samuel.press(page, "Enregistrer la feuille", {"present": ticked})
    assert Completion.objects.count() == 1
    page = samuel.press(page, "Enregistrer la feuille", {"present": []})
    assert page.said == ["Feuille enregistrée : 0 présence."]
    change = EnrolmentChange.objects.get()
    assert (change.before, change.after, change.changed_by) == ("présence", "absence : Atelier", samuel.person)


def test_a_page_that_was_opened_before_somebody_else_ticked_takes_nothing_back(samuel, cohort, session):
    stale = samuel.open(address(cohort, session))
    samuel.press(samuel.open(address(cohort, session)), "Enregistrer la feuille", {"present": [str(row_of("Abel").pk)]})
    page = samuel.press(stale, "Enregistrer la feuille", {"present": [str(row_of("Zadi").pk)]})
    assert present(page) == ["Zoé Abel", "Ada Zadi"]


def test_a_presence_that_was_the_last_step_brings_the_attestation_which_stays(samuel, cohort, session):
    ada = row_of("Zadi")
    finish(ada, steps=4)
    page = samuel.press(samuel.open(address(cohort, session)), "Enregistrer la feuille", {"present": [str(ada.pk)]})
    ada.refresh_from_db()
    assert ada.certificate.revoked_at is None
    assert ada.last_activity_at == NOW
    samuel.press(page, "Enregistrer la feuille", {"present": []})
    ada.refresh_from_db()
    assert ada.completed_at is not None


def test_a_learner_cannot_say_it_alone(cohort, session):
    ada = row_of("Zadi")
    finish(ada, steps=4)
    page = Visitor(ada.person).open(session.url)
    assert "J’ai terminé cette étape" not in page.buttons
    assert "la personne responsable de votre cohorte la relève" in page.words
    page = Visitor(ada.person).post(f"/apprendre/etapes/{session.pk}/terminer/")
    assert page.status == 409
    assert not Completion.objects.filter(step=session).exists()


def test_a_lesson_that_is_read_has_no_register(samuel, cohort, session):
    lesson = LessonPage.objects.exclude(pk=session.pk).first()
    assert samuel.open(address(cohort, lesson)).status == 404


def test_the_sessions_say_how_many_came_and_none_is_said_too(samuel, cohort, session):
    samuel.press(samuel.open(address(cohort, session)), "Enregistrer la feuille", {"present": [str(row_of("Abel").pk)]})
    assert "1 présence sur 3 inscrits" in samuel.open(f"/cohortes/{cohort.pk}/presences/").words
    session.unpublish()
    assert "Ce parcours n’a pas de séance" in samuel.open(f"/cohortes/{cohort.pk}/presences/").words


@pytest.mark.parametrize("people", [1, 3])
def test_a_register_costs_the_same_for_one_and_for_three(samuel, track, session, people, django_assert_num_queries):
    cohort = make_cohort(track, lead=samuel.person, name="Autre")
    for number in range(people):
        enrol(make_person(f"p{number}@example.org"), track, cohort=cohort)
    samuel.open(address(cohort, session))
    with django_assert_num_queries(7):
        samuel.open(address(cohort, session))


# ------------------------------------------------------------ when it is


def test_a_session_gets_a_date_on_the_wall_of_the_cohort_then_another_then_none(samuel, cohort, session):
    link = f"{address(cohort, session)}date/"
    assert link in samuel.open(f"/cohortes/{cohort.pk}/presences/").links.values()
    page = samuel.press(samuel.open(link), "Enregistrer", {"day": "2026-12-14", "hour": "18:30"})
    assert page.said == ["Date de la séance enregistrée."]
    assert "Lundi 14 décembre 2026, 18:30" in plain(page.main.get_text())
    assert CohortSession.objects.get().starts_at == datetime(2026, 12, 14, 17, 30, tzinfo=UTC)
    page = samuel.press(samuel.open(link), "Enregistrer", {"day": "2026-12-15"})
    assert CohortSession.objects.get().starts_at == datetime(2026, 12, 15, 17, 30, tzinfo=UTC)
    page = samuel.press(samuel.open(link), "Enlever la date")
    assert page.said == ["La séance n’a plus de date : aucun rappel n’en parlera."]
    assert not CohortSession.objects.exists()


def test_a_date_that_is_none_is_refused_beside_its_field(samuel, cohort, session):
    page = samuel.open(f"{address(cohort, session)}date/")
    refused = samuel.press(page, "Enregistrer", {"day": "2026-02-30", "hour": ""})
    assert (refused.status, set(refused.invalid)) == (422, {"day", "hour"})
