"""What a manager sees of the reminders of a cohort, changes of one, and decides of its rules, by the buttons."""

from datetime import timedelta

import pytest
from django.utils import timezone

from learners.models import Letter, ReminderRule
from tests.factories.learners import NOW, enrol, make_cohort, make_person
from tests.lms.visiting import Visitor

DAYS = timedelta(days=1)


@pytest.fixture
def samuel(db):
    return make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")


@pytest.fixture
def cohort(track, samuel, learner, clock):
    """Nadia began five days ago and has done nothing since; the rule of the track asks for eight days."""
    cohort = make_cohort(track, lead=samuel)
    enrol(learner, track, at=NOW - 5 * DAYS, cohort=cohort)
    ReminderRule.objects.create(track=track, kind="inactive", delay=8, on_since=NOW - 30 * DAYS)
    return cohort


@pytest.fixture
def manager(samuel):
    return Visitor(samuel)


@pytest.fixture
def page(manager, cohort):
    return lambda rest="": manager.open(f"/cohortes/{cohort.pk}/rappels/{rest}")


def words(page):
    return " ".join(page.soup.get_text(" ").split())


def test_the_page_says_who_receives_what_when_and_why(page):
    said = words(page())
    assert "1 rappel partira dans les quatorze jours" in said
    assert "Nadia Benali Ne vient plus : 8 jours sans venir, 0 étape sur 4 Jeudi 26 novembre 2026 , 10:00" in said
    assert "Ne vient plus depuis 8 jours Du parcours En service" in said


def test_a_manager_cancels_one_reminder_after_reading_it(manager, page, cohort):
    (address,) = [url for words_, url in page().links.items() if "Déplacer" in words_]
    one = manager.open(address)
    assert "La première étape est prête" in words(one)
    after = manager.press(one, "Annuler ce rappel")
    assert after.said == ["Rappel annulé : Nadia Benali ne le recevra pas."]
    assert "Aucun rappel ne partira" in words(after)
    assert Letter.objects.get(kind="reminder").dropped_reason == "annulé par Samuel Okoro"


def test_a_manager_moves_one_reminder_to_a_day_to_come(manager, page, cohort):
    (address,) = [url for words_, url in page().links.items() if "Déplacer" in words_]
    refused = manager.press(manager.open(address), "Déplacer", {"day": "2030-01-01"})
    assert refused.invalid == {"day": "Choisissez un jour d’ici deux mois."}
    after = manager.press(manager.open(address), "Déplacer", {"day": "2026-12-01"})
    assert "Mardi 1er décembre 2026 , 09:00" in words(after)
    assert "Reporté : déplacé par Samuel Okoro" in words(after)


def test_a_rule_is_tried_on_the_last_month_and_nothing_is_kept(manager, page, cohort):
    rule = ReminderRule.objects.get()
    tried = manager.press(page(f"regles/{rule.pk}/"), "Essayer sur le mois dernier", {"delay": "3"})
    assert "1 rappel, à 1 personne. Rien n’est parti, et rien n’est enregistré." in words(tried)
    assert "Nadia Benali 21 novembre 2026 3 jours sans venir, 0 étape sur 4" in words(tried)
    assert (ReminderRule.objects.get().delay, Letter.objects.filter(kind="reminder").count()) == (8, 0)


def test_a_manager_gives_the_cohort_a_rule_of_its_own_and_gives_it_up(manager, page, cohort):
    rule = ReminderRule.objects.get()
    after = manager.press(page(f"regles/{rule.pk}/"), "Enregistrer", {"delay": "12"})
    assert "Ne vient plus depuis 12 jours De cette cohorte En service" in words(after)
    rule.refresh_from_db()
    own = ReminderRule.objects.get(cohort=cohort)
    assert (rule.delay, own.delay, own.on_since) == (8, 12, NOW - 30 * DAYS)
    again = manager.press(page(f"regles/{own.pk}/"), "Suivre de nouveau le parcours")
    assert "Ne vient plus depuis 8 jours Du parcours En service" in words(again)


def test_words_that_nothing_would_fill_are_refused_beside_their_field(manager, page):
    rule = ReminderRule.objects.get()
    refused = manager.press(page(f"regles/{rule.pk}/"), "Enregistrer", {"subject": "Bonjour", "text": "{nom} ?"})
    assert refused.status == 422
    assert "« {nom} » ne sera pas remplacé" in refused.invalid["text"]


def test_a_manager_adds_a_rule_that_the_track_has_not(manager, page, cohort):
    new = {"kind": "last_step", "delay": "4", "times": "1", "every": "7", "on": "on"}
    manager.press(page("regles/nouvelle/"), "Enregistrer", new)
    rule = ReminderRule.objects.get(cohort=cohort)
    assert (rule.kind, rule.delay, rule.on_since) == ("last_step", 4, timezone.now())


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(manager, cohort, people, track, django_assert_num_queries):
    for number in range(people - 1):
        enrol(make_person(f"p{number}@example.org"), track, at=NOW - 5 * DAYS, cohort=cohort)
    with django_assert_num_queries(11):
        assert manager.open(f"/cohortes/{cohort.pk}/rappels/").status == 200
