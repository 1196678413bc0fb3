"""Enrolments and cohorts in the admin: what is decided for several at once, and what a cohort is made of."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from learners import roles, seats
from learners.models import Allowance, Cohort, CohortOpening, Enrolment, EnrolmentChange, User
from tests.factories import courses
from tests.factories.learners import NOW, enrol, make_cohort, make_person


@pytest.fixture
def admin(db):
    return User.objects.create_superuser("louise@example.org", None, first_name="Louise", last_name="Ferrand")


@pytest.fixture
def here(admin):
    browser = Client()
    browser.force_login(admin)
    return browser


@pytest.fixture
def cohort(track):
    return make_cohort(track)


@pytest.fixture
def rows(track, cohort):
    return [
        enrol(make_person(f"{name}@example.org", first_name=name, last_name="Roy"), track, cohort=cohort)
        for name in ("Ali", "Bea", "Cleo")
    ]


def act(browser, action, rows, **fields):
    """The page after a bulk action on these rows, confirmed."""
    chosen = "&".join(f"id={row.pk}" for row in rows)
    address = f"/admin/bulk/learners/enrolment/{action}/?{chosen}&next=/admin/enrolments/"
    assert browser.get(address).status_code == 200
    return browser.post(address, fields, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_the_list_is_filtered_searched_and_offers_the_actions(here, rows, cohort):
    Enrolment.objects.filter(pk=rows[0].pk).update(withdrawn_at=NOW)
    text = here.get(f"/admin/enrolments/?cohort={cohort.pk}&state=active").text
    assert [name in text for name in ("Ali Roy", "Bea Roy")] == [False, True]
    text = here.get("/admin/enrolments/?q=cleo").text
    assert [name in text for name in ("Bea Roy", "Cleo Roy")] == [False, True]
    for action in ("Changer de cohorte", "Repousser la clôture d’un quiz", "Retirer", "Faire revenir"):
        assert action in text


def test_several_are_moved_with_one_reason_and_the_one_who_does_not_fit_is_told(here, rows, track, admin):
    target = make_cohort(track, name="Hiver")
    target.seats = 1
    target.save()
    page = act(here, "move", rows[:2], cohort=target.pk, reason="Cohorte trop grande")
    assert said(page)[0].startswith("1 inscription : cohorte changée.")
    assert "Bea Roy" in said(page)[1]
    change = EnrolmentChange.objects.get()
    assert (change.enrolment, change.reason, change.changed_by) == (rows[0], "Cohorte trop grande", admin)
    assert "Cohorte trop grande" in here.get(f"/admin/enrolments/inspect/{rows[0].pk}/").text


def test_several_are_withdrawn_and_brought_back(here, rows):
    act(here, "withdraw", rows, reason="Session annulée")
    assert not Enrolment.objects.active().exists()
    act(here, "restore", rows[1:], reason="Session maintenue")
    assert Enrolment.objects.active().count() == 2
    assert EnrolmentChange.objects.filter(kind="withdrawn", reason="Session annulée").count() == 3


def test_nothing_is_decided_without_a_reason(here, rows):
    page = act(here, "withdraw", rows, reason="")
    assert page.status_code == 200
    assert Enrolment.objects.active().count() == 3


def test_the_closing_of_a_quiz_is_put_off_for_several_of_its_track(here, rows, quiz, site, admin):
    other = courses.make_track(site, slug="decideurs", modules=[(1, False)])
    stranger = enrol(rows[0].person, other)
    until = (timezone.now() + timedelta(days=9)).replace(second=0, microsecond=0)
    page = act(
        here,
        "extend",
        [*rows, stranger],
        quiz=quiz.pk,
        until=timezone.localtime(until).strftime("%Y-%m-%d %H:%M"),
        comment="Grève des transports",
    )
    assert "3 inscriptions : clôture repoussée." in said(page)[0]
    assert "n’est pas du parcours" in said(page)[1]
    assert set(Allowance.objects.values_list("kind", "until", "comment", "granted_by")) == {
        ("extend", until, "Grève des transports", admin.pk)
    }
    assert "Grève des transports" in here.get(f"/admin/enrolments/inspect/{rows[0].pk}/").text


def test_a_selection_of_everything_takes_nobody(here, rows):
    page = here.post("/admin/bulk/learners/enrolment/withdraw/?id=all", {"reason": "Tout"}, follow=True)
    assert page.status_code == 200
    assert Enrolment.objects.active().count() == 3


def test_an_instructor_decides_nothing_and_reads_no_name(rows):
    instructor = make_person("helene@example.org")
    instructor.groups.add(roles.instructors())
    browser = Client()
    browser.force_login(instructor)
    page = browser.get(f"/admin/bulk/learners/enrolment/withdraw/?id={rows[0].pk}", follow=True)
    assert "Ali Roy" not in page.text


def cohort_form(cohort, **changes):
    """What the form of a cohort sends, without any line of leads, openings or dates."""
    fields = {"name": cohort.name, "track": cohort.track_id, "opens_on": cohort.opens_on, "time_zone": "Indian/Reunion"}
    for formset in ("leads", "openings", "sessions", "windows"):
        fields |= {f"{formset}-{key}": 0 for key in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")}
        fields[f"{formset}-MAX_NUM_FORMS"] = 1000
    return {name: value for name, value in (fields | changes).items() if value is not None}


def opening(module):
    return {
        "openings-TOTAL_FORMS": 1,
        "openings-0-module": module.pk,
        "openings-0-opens_on": "2026-12-01",
        "openings-0-ORDER": 1,
    }


def test_a_cohort_gets_its_seats_zone_and_openings_of_its_own_modules(here, cohort, track, site):
    module = track.get_children().first()
    here.post(f"/admin/cohorts/edit/{cohort.pk}/", cohort_form(cohort, seats=12, open_to_all="on", **opening(module)))
    cohort = Cohort.objects.get()
    assert (cohort.seats, cohort.open_to_all, cohort.time_zone) == (12, True, "Indian/Reunion")
    assert CohortOpening.objects.get().module_id == module.pk


def test_a_module_of_another_track_is_refused_on_its_line(here, cohort, site):
    other = courses.make_track(site, slug="decideurs", modules=[(1, False)])
    page = here.post(f"/admin/cohorts/edit/{cohort.pk}/", cohort_form(cohort, **opening(other.get_children().first())))
    assert "Ce module n’est pas du parcours" in page.text
    assert not CohortOpening.objects.exists()


def test_more_seats_are_given_at_once_to_those_who_wait(here, cohort, rows, learner):
    cohort.seats = 3
    cohort.save()
    seats.wait(person=learner, cohort=cohort, at=NOW)
    here.post(f"/admin/cohorts/edit/{cohort.pk}/", cohort_form(cohort, seats=4))
    assert Enrolment.objects.get(person=learner).cohort == cohort
