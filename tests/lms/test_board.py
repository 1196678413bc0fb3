"""The board as its reader meets it: what matters first, people by modules, groups, charts. Counted by hand."""

import re
from datetime import date

import pytest

from learners.models import Enrolment
from tests.factories.cohorts import a_dozen, follow
from tests.factories.learners import NOW, make_cohort, make_person
from tests.lms.test_cohorts import figures, matters, modules, names, table
from tests.lms.visiting import Visitor, plain
from tests.worlds import made_once


@made_once
def lead():
    """Somebody who leads the cohort."""
    return make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")


@pytest.fixture
def samuel(lead):
    """The lead at the browser."""
    return Visitor(lead)


@made_once
def cohort(published, lead):
    """A cohort that opened on 1 October."""
    return make_cohort(published[1], lead=lead, name="Automne", opens_on=date(2026, 10, 1))


@made_once
def dozen(cohort):
    """Twelve learners in every state."""
    return a_dozen(cohort)


@pytest.fixture
def page(samuel, cohort, dozen):
    """The board."""
    return samuel.open(f"/cohortes/{cohort.pk}/")


URGENT = ["Dan", "Bob", "Cleo", "Kim", "Lou", "Eve", "Fay", "Hal", "Ivy", "Gus", "Ada", "Jon"]


def test_what_matters_comes_first_and_each_figure_leads_somewhere(page, samuel, cohort):
    assert page.headings[:3] == ["Automne", "L’essentiel", "À contacter aujourd’hui"]
    assert matters(page) == [
        "7 personnes ont besoin d’aide 1 bute sur un quiz",
        "0 réponse ouverte à relire Rien n’attend.",
        "2 attestations délivrées dont 1 ces sept derniers jours",
        "70 % de personnes actives en semaine 2 7 sur 10 personnes",
    ]
    assert figures(page) == {
        "en cours": "2",
        "terminé": "2",
        "besoin d’aide": "7",
        "pas commencé": "1",
        "inscrits": "12",
    }

    def led_to(words):
        return names(samuel.open(f"/cohortes/{cohort.pk}/{page.links[words]}"))

    assert led_to("7 personnes ont besoin d’aide") == URGENT[:7]
    assert led_to("1 bute sur un quiz") == ["Hal"]
    assert led_to("2 attestations délivrées") == ["Ada", "Jon"]
    assert page.links["0 réponse ouverte à relire"] == "/cohortes/relectures/"
    assert page.links["70 % de personnes actives en semaine 2"] == "#semaine-2"
    assert page.main.find(id="semaine-2").get_text() == "Actives en semaine 2"
    for stat in page.main.select(".stat"):
        shown = names(samuel.open(f"/cohortes/{cohort.pk}/{stat.a['href']}"))
        assert len(shown) == int(stat.dd.get_text())


def test_who_is_too_new_to_be_measured_is_said_to_be(samuel, cohort):
    follow(cohort, "Neuve", since=3)

    assert matters(samuel.open(f"/cohortes/{cohort.pk}/"))[3] == (
        "– de personnes actives en semaine 2 pas encore mesurable"
    )


def test_each_module_of_each_learner_is_told_in_words(page):
    assert names(page) == URGENT
    assert modules(page)["Bob"] == ["Module 1 : terminé, 3 étapes sur 3", "Module 2 : besoin d’aide, 0 étape sur 1"]
    assert modules(page)["Hal"] == [
        "Module 1 : besoin d’aide, bute sur un quiz, 2 étapes sur 3",
        "Module 2 : pas commencé, 0 étape sur 1",
    ]
    assert modules(page)["Gus"][0] == "Module 1 : en cours, 1 étape sur 3"
    assert [plain(one.get_text()) for one in page.main.select(".legend li")] == [
        "Besoin d’aide",
        "Pas commencé",
        "En cours",
        "Terminé",
        "3/5 : trois étapes obligatoires terminées sur cinq",
    ]
    drawn = {one["data-state"]: one.svg.use["href"] for one in page.main.select(".heat td.cell")}
    assert drawn == {state: f"#etat-{state}" for state in ("stalled", "not_started", "doing", "done")}
    assert all(page.main.find(id=shape[1:]) for shape in drawn.values())


def test_nobody_is_ranked(page):
    rows = [plain(row.th.get_text(" ")) for row in page.main.select(".heat tbody tr")]
    assert rows[0] == "Dan dan@example.org"
    assert not re.search(r"\brang\b|classement|\bn°", page.words)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"module": "2"}, ["Bob"]),
        ({"module": "1", "statut": "doing"}, ["Hal", "Gus"]),
        ({"statut": "stuck"}, ["Hal"]),
        ({"secteur": "association"}, ["Dan", "Bob", "Cleo", "Eve", "Ada"]),
        ({"secteur": "association", "statut": "done"}, ["Ada"]),
        ({"organisation": "ecole"}, ["Bob", "Kim"]),
        ({"organisation": "zola École"}, ["Bob"]),
        ({"organisation": "mairie"}, []),
    ],
)
def test_people_are_found_by_module_sector_and_organisation(samuel, cohort, dozen, query, found):
    for name, organisation in (("Bob", "École Émile-Zola"), ("Kim", "École du Port"), ("Ada", "Garage")):
        Enrolment.objects.filter(pk=dozen[name].pk).update(organisation=organisation)

    page = samuel.press(samuel.open(f"/cohortes/{cohort.pk}/"), "Afficher", query)

    assert names(page) == found
    for name, value in query.items():
        assert page.form("Afficher")[2][name] == [value]
    assert [one["value"] for one in page.main.select("datalist option")] == [
        "École du Port",
        "École Émile-Zola",
        "Garage",
    ]


def test_a_filter_that_means_nothing_filters_nothing(samuel, cohort, dozen):
    for query in ("module=abc", "module=²", "module=-1", "secteur=inconnu", "module=0"):
        assert names(samuel.open(f"/cohortes/{cohort.pk}/?{query}")) == URGENT


def test_a_sector_of_five_people_has_its_own_figures_and_one_of_four_has_none(samuel, cohort, dozen):
    five = samuel.open(f"/cohortes/{cohort.pk}/?secteur=association")
    four = samuel.open(f"/cohortes/{cohort.pk}/?secteur=entreprise")

    assert "Secteur « Association ». 5 personnes sont concernées." in five.words
    assert figures(five)["besoin d’aide"] == "4"
    assert "Ce groupe dans son ensemble" in five.headings
    assert names(four) == ["Fay", "Hal", "Ivy", "Gus"]
    assert "Trop peu de personnes pour détailler" in four.words
    assert (figures(four), matters(four), four.main.select(".chart")) == ({}, [], [])


def test_a_cohort_of_four_people_has_no_charts(samuel, cohort):
    for number in range(4):
        follow(cohort, f"P{number}", since=20, steps=(12,))
    page = samuel.open(f"/cohortes/{cohort.pk}/")

    assert page.main.select(".chart") == []
    assert "Trop peu de personnes pour détailler" in page.words


def test_the_charts_say_their_figures_in_tables(page, cohort):
    assert table(page, "Jusqu’où l’on va, module par module") == [["1. Module 1", "10", "3"], ["2. Module 2", "2", "2"]]
    assert [row[1] for row in table(page, "Personnes actives chaque semaine")] == list("112335430")
    assert table(page, "Depuis la dernière activité") == [
        ["Moins de 3 jours", "1"],
        ["De 3 à 9 jours", "2"],
        ["De 10 à 29 jours", "6"],
        ["30 jours ou plus", "1"],
    ]
    assert table(page, "Résultats aux quiz") == [["Quiz 1", "5", "100 %", "2 (seuil 60 %)"]]
    assert table(page, "Par secteur") == [
        ["Association", "5", "4", "1"],
        ["Entreprise", "4", "trop peu de personnes pour détailler"],
        ["Secteur non renseigné", "3", "trop peu de personnes pour détailler"],
    ]
    heights = [one["height"] for one in page.main.select(".columns rect")]
    assert heights == list("112335430")
    quiz = cohort.track.get_descendants().get(slug="quiz-1")
    assert page.links["Quiz 1"] == f"/cohortes/{cohort.pk}/quiz/{quiz.pk}/"


def test_a_lead_who_still_follows_the_track_is_not_led_to_its_answers(samuel, lead, cohort, dozen):
    Enrolment.objects.create(person=lead, track_id=cohort.track_id, enrolled_at=NOW, last_activity_at=NOW)

    page = samuel.open(f"/cohortes/{cohort.pk}/")

    assert table(page, "Résultats aux quiz") == [["Quiz 1", "5", "100 %", "2 (seuil 60 %)"]]
    assert "Quiz 1" not in page.links


def test_each_name_opens_the_sheet_of_that_person(page, samuel, dozen):
    sheet = samuel.open(page.links["Bob"])

    assert (sheet.status, sheet.h1) == (200, "Bob")
