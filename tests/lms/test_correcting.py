"""The page where who writes a quiz mends its key: choose, look, decide."""

from urllib.parse import urlencode

import pytest

from courses.models import QuizPage
from learners import roles
from learners.models import Attempt, Regrade
from tests.factories.courses import publish, single
from tests.factories.learners import make_cohort, make_person
from tests.learners.test_regrading import answer
from tests.learners.test_regrading import quiz as two_questions
from tests.lms.visiting import Visitor, plain

pytestmark = pytest.mark.django_db
quiz = two_questions


@pytest.fixture
def address(quiz):
    return f"/cohortes/quiz/{quiz.pk}/corriger/"


@pytest.fixture
def mistaken(quiz):
    """Three attempts; then the author says that B 2 is right, and no longer B 1."""
    given = [answer(quiz, number, email=f"p{number}@example.org") for number in (1, 2, 3)]
    page = QuizPage.objects.get(pk=quiz.pk)
    page.questions = page.questions.stream_block.to_python([single("A"), single("B", right=2)])
    publish(page)
    return given


@pytest.fixture
def boss(db):
    return make_person("louise@example.org", is_staff=True, is_superuser=True)


def scores():
    return list(Attempt.objects.order_by("pk").values_list("score", "passed"))


def choices(page):
    """The lists of the page: their label and what they propose."""
    return {
        plain(page.soup.find("label", attrs={"for": one["id"]}).get_text()): [
            o.get_text() for o in one.find_all("option")
        ]
        for one in page.soup.select("main form[method=get] select")
    }


def test_the_questions_whose_key_changed_propose_what_becomes_of_the_marks(boss, mistaken, address):
    page = Visitor(boss).open(address)
    assert choices(page) == {
        "1. Question A ?": ["Ne rien changer", "Les points pour tout le monde"],
        "2. Question B ?": [
            "Le nouveau corrigé seulement",
            "L’ancien et le nouveau justes tous deux",
            "Les points pour tout le monde",
            "Ne rien changer",
        ],
    }
    assert "Réponse juste aujourd’hui : B 2" in plain(page.words)
    assert "Qui change" not in page.words


def test_one_looks_at_who_changes_before_anything_is_written(boss, mistaken, address):
    page = Visitor(boss).press(Visitor(boss).open(address), "Voir qui change")
    rows = [plain(row.get_text(" ")) for row in page.soup.select("table.board tbody tr")]
    assert [("Serait perdue" in row, "Gagnée" in row) for row in rows] == [(True, False), (False, True)]
    assert "p1@example.org" in rows[0] or "tentative 1" in rows[0]
    assert scores() == [(2, True), (1, False), (1, False)]
    assert not Regrade.objects.exists()


def test_the_change_is_written_with_a_reason_and_takes_no_pass_away_unless_ticked(boss, mistaken, address):
    louise = Visitor(boss)
    preview = louise.press(louise.open(address), "Voir qui change")
    assert "Dites pourquoi" in louise.press(preview, "Appliquer ces changements", {"why": ""}).words
    assert not Regrade.objects.exists()

    done = louise.press(preview, "Appliquer ces changements", {"why": "B 2 est juste."})
    assert done.said == [
        "Tentatives dont la note a changé : 1.",
        "1 tentative garde sa réussite et sa note.",
    ]
    assert scores() == [(2, True), (2, True), (1, False)]
    assert list(Regrade.objects.values_list("by", "why")) == [(boss.pk, "B 2 est juste.")]

    louise.press(done, "Appliquer ces changements", {"why": "B 2 est juste.", "may_lose": "on"})
    assert scores() == [(1, False), (2, True), (1, False)]


def test_what_was_mended_is_no_longer_proposed(boss, mistaken, address):
    louise = Visitor(boss)
    preview = louise.press(louise.open(address), "Voir qui change")
    louise.press(preview, "Appliquer ces changements", {"why": "B 2 est juste."})
    again = louise.press(louise.open(address), "Voir qui change")
    (row,) = [plain(row.get_text(" ")) for row in again.soup.select("table.board tbody tr")]
    assert "Serait perdue" in row


def test_a_double_click_changes_nothing_twice(boss, mistaken, address):
    louise = Visitor(boss)
    preview = louise.press(louise.open(address), "Voir qui change")
    for _ in range(2):
        louise.press(preview, "Appliquer ces changements", {"why": "B 2 est juste."})
    assert Regrade.objects.count() == 1


def test_a_preview_that_is_no_longer_true_is_shown_again_instead_of_being_applied(boss, quiz, mistaken, address):
    louise = Visitor(boss)
    preview = louise.press(louise.open(address), "Voir qui change")
    page = QuizPage.objects.get(pk=quiz.pk)
    page.questions = page.questions.stream_block.to_python([single("A"), single("B", right=3)])
    publish(page)
    again = louise.press(preview, "Appliquer ces changements", {"why": "B 2 est juste."})
    (said,) = again.said
    assert said.startswith("Rien n’a été appliqué")
    assert not Regrade.objects.exists()


def test_attempts_that_no_longer_fit_are_told_even_when_no_mark_changes(boss, quiz, address):
    answer(quiz, 3)
    page = QuizPage.objects.get(pk=quiz.pk)
    page.questions = page.questions.stream_block.to_python([single("A"), single("B", choices=2, right=2)])
    publish(page)
    louise = Visitor(boss)
    words = louise.press(louise.open(address), "Voir qui change").words
    assert "1 tentative a des réponses que le quiz ne propose plus" in words
    assert "Aucune note ne change" in words


def test_both_keys_may_be_right(boss, mistaken, address):
    louise = Visitor(boss)
    page = louise.open(address)
    (name,) = [one["name"] for one in page.soup.select("main select") if len(one.find_all("option")) == 4]
    preview = louise.press(page, "Voir qui change", {name: "both"})
    louise.press(preview, "Appliquer ces changements", {"why": "Les deux se défendent."})
    assert scores() == [(2, True), (2, True), (1, False)]


def test_nothing_to_change_is_said(boss, quiz, address):
    answer(quiz, 1)
    louise = Visitor(boss)
    assert "Aucune note ne change" in louise.press(louise.open(address), "Voir qui change").words


def test_an_instructor_mends_a_key_and_reads_no_name(instructor, mistaken, address):
    somebody = Visitor(instructor)
    page = somebody.press(somebody.open(address), "Voir qui change")
    assert f"Tentative n° {mistaken[0].pk}" in plain(page.words)
    assert "p1@example.org" not in page.words
    somebody.press(page, "Appliquer ces changements", {"why": "B 2 est juste."})
    assert Regrade.objects.get().by == instructor


def test_who_does_not_write_the_quiz_finds_nothing_there(quiz, mistaken, address):
    lead = make_person("samuel@example.org")
    lead.groups.add(roles.managers())
    make_cohort(quiz.get_parent().get_parent().specific, lead=lead)
    for person in (lead, make_person("zoe@example.org")):
        assert Visitor(person).open(address).status == 404


def test_the_preview_asks_the_database_as_often_for_one_and_for_three(boss, quiz, address, django_assert_num_queries):
    somebody = Visitor(boss)
    answer(quiz, 2, email="p9@example.org")
    page = QuizPage.objects.get(pk=quiz.pk)
    page.questions = page.questions.stream_block.to_python([single("A"), single("B", right=2)])
    publish(page)
    _, _, fields = somebody.open(address).form("Voir qui change")
    preview = f"{address}?{urlencode({name: values[-1] for name, values in fields.items()})}"
    with django_assert_num_queries(9):
        somebody.open(preview)
    for number in (1, 3):
        answer(quiz, number, email=f"p{number}@example.org")
    with django_assert_num_queries(9):
        somebody.open(preview)
