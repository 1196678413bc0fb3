"""What leads and authors read about the questions of a quiz; the figures themselves are in tests/courses."""

import csv
import io
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from courses.models import QuizPage
from learners import attempts, enrolment, roles
from learners.models import Attempt, CohortLead, User
from lms.models import StandardPage
from tests.factories.courses import make_quiz, make_track, publish, single, true_false
from tests.factories.learners import NOW, enrol, make_cohort, make_person
from tests.lms.visiting import Visitor, plain
from tests.worlds import made_once

pytestmark = pytest.mark.django_db
TEN_MINUTES = timedelta(minutes=10)


@made_once
def track(published):
    """A track whose only step is the quiz."""
    return make_track(published[0], slug="decideurs", modules=((0, False),))


@made_once
def quiz(track):
    """Two questions: three choices, the first one right; then true or false, true."""
    return make_quiz(track.get_children().first(), title="Qui fait quoi", questions=[single("A"), true_false("B")])


@made_once
def lead():
    """Somebody who leads the cohort and writes nothing."""
    return make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")


@made_once
def cohort(track, lead):
    """The cohort."""
    return make_cohort(track, lead=lead, name="Automne")


@pytest.fixture
def answer(quiz, track):
    """Somebody new answers the quiz once: the number of the choice, or None, and the truth."""

    return partial(somebody_answers, quiz, track)


def somebody_answers(quiz, track, choice, truth, *, cohort=None, row=None, **person):
    row = row or enrol(make_person(f"p{User.objects.count()}@example.org", **person), track, cohort=cohort)
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=NOW)
    first, second = attempt.paper.questions
    responses = {first.id: [first.options[choice - 1].id] if choice else [], second.id: [truth]}
    attempts.submit(attempt_pk=attempt.pk, responses=responses, at=NOW + TEN_MINUTES, allow_blank=True)
    return row


@made_once
def answered(track, quiz, cohort):
    """Ten people of the cohort: six right, three on the second choice, one blank; eight say true."""
    choices = [1, 1, 1, 1, 1, 1, 2, 2, 2, None]
    return [
        somebody_answers(quiz, track, choice, "true" if number < 8 else "false", cohort=cohort)
        for number, choice in enumerate(choices)
    ]


def rows(page, number):
    """The cells of a table of the page, from the top."""
    return [
        [plain(cell.get_text(" ")) for cell in row.find_all(["th", "td"])]
        for row in page.main.find_all("table")[number].select("tbody tr")
    ]


def stats(page):
    """The figures at the top, by name."""
    return {plain(one.dt.get_text(" ")): plain(one.dd.get_text(" ")) for one in page.main.select(".stat")}


# ---------------------------------------------------------------- the page


def test_a_lead_reads_the_figures_of_each_question_in_the_cohort(answered, answer, lead, cohort, quiz):
    answer(3, "false")  # of no cohort: not in this one's figures

    page = Visitor(lead).open(f"/cohortes/{cohort.pk}/quiz/{quiz.pk}/")

    assert (page.status, page.h1) == (200, "Qui fait quoi")
    # Six and eight points out of ten: fourteen of twenty.
    assert stats(page) == {"premières tentatives": "10", "réussite moyenne": "70 %", "durée médiane": "10 min"}
    # Wilson 95 %: 6 of 10 is 31.3 to 83.2 %, 8 of 10 is 49.0 to 94.3 %.
    assert rows(page, 0) == [
        ["1. Question A ?", "60 % (de 31 % à 83 %)", "–", "–", "10 1 sans réponse"],
        ["2. Question B ?", "80 % (de 49 % à 94 %)", "–", "–", "10"],
    ]
    assert rows(page, 1) == [
        ["A. A 1 juste", "6 fois", "60 %", "–"],
        ["B. A 2", "3 fois", "30 %", "–"],
        ["C. A 3", "0 fois", "0 %", "–"],
    ]
    assert rows(page, 2) == [["A. Vrai juste", "8 fois", "80 %", "–"], ["B. Faux", "2 fois", "20 %", "–"]]
    assert "À confirmer : 10 réponses seulement, il en faut 20 pour en juger." in page.words
    assert not any(row.person.email in page.words for row in answered)


def test_an_author_reads_all_learners_and_a_plain_verdict_once_there_are_twenty(
    answered, answer, instructor, quiz, cohort
):
    for choice in [1, 1, 2, 2, 2, 1, 1, 1, 1, 1]:
        answer(choice, "true" if choice == 1 else "false")

    page = Visitor(instructor).open(f"/cohortes/quiz/{quiz.pk}/")

    assert stats(page)["premières tentatives"] == "20"
    assert "La réponse C n’est jamais choisie : remplacez-la par une erreur plus plausible." in page.words
    # Thirteen are right twice, two right about B only, five wrong twice:
    # φ = (13·5 − 0·2) / √(13·7·15·5) = 65 / 82.61 = 0.787; sorted, thirteen are still right twice: efficiency 100.
    # Fisher 95 %: atanh 0.787 = 1.0631, ± 1.96 / √17 = 0.4754: tanh 0.5877 to tanh 1.5385.
    assert [row[2:4] for row in rows(page, 0)] == [["79 (de 53 à 91)", "100"]] * 2
    assert rows(page, 1)[0] == ["A. A 1 juste", "13 fois", "65 %", "0,79"]
    # Alpha: 2 (1 − (13·7 + 15·5) / (13·7 + 15·5 + 2·65)) = 2 · 130 / 296.
    assert stats(page)["fiabilité (alpha, sur 100)"] == "88"


def test_only_the_first_attempt_of_learners_counts(answered, answer, lead, cohort, quiz):
    answer(3, "false", cohort=cohort, is_staff=True)
    answer(3, "false", row=answered[0])
    assert Attempt.objects.filter(number=2).count() == 1
    opened = enrol(make_person("encours@example.org"), cohort.track, cohort=cohort)
    attempts.open_attempt(enrolment_pk=opened.pk, quiz_pk=quiz.pk, at=NOW)

    page = Visitor(lead).open(f"/cohortes/{cohort.pk}/quiz/{quiz.pk}/")

    assert stats(page)["premières tentatives"] == "10"
    assert rows(page, 1)[2][1] == "0 fois"


def test_in_a_quiz_that_is_checked_as_one_goes_the_first_try_counts(answer, quiz, track, lead, cohort):
    quiz.behaviour = "formative"
    publish(quiz)
    for number in range(5):
        row = enrol(make_person(f"essai{number}@example.org"), track, cohort=cohort)
        attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=NOW)
        first, second = attempt.paper.questions
        wrong = {first.id: [first.options[1].id]}
        attempts.check(attempt_pk=attempt.pk, question_id=first.id, responses=wrong, at=NOW)
        attempts.submit(attempt_pk=attempt.pk, responses={second.id: ["true"]}, at=NOW, allow_blank=True)

    page = Visitor(lead).open(f"/cohortes/{cohort.pk}/quiz/{quiz.pk}/")

    assert [row[1].split(" (")[0] for row in rows(page, 0)] == ["0 %", "100 %"]


@pytest.mark.parametrize("count", [0, 1, 4])
def test_below_five_answers_the_page_says_so_and_breaks_nothing_down(count, answer, lead, cohort, quiz):
    for _ in range(count):
        answer(1, "true", cohort=cohort)

    page = Visitor(lead).open(f"/cohortes/{cohort.pk}/quiz/{quiz.pk}/")

    if not count:
        assert page.headings == ["Qui fait quoi", "Personne n’a encore répondu"]
        return
    assert stats(page) == {f"première{'s' * (count > 1)} tentative{'s' * (count > 1)}": str(count)}
    assert rows(page, 0)[0] == ["1. Question A ?", "trop peu de réponses", "–", "–", str(count)]
    assert len(page.main.find_all("table")) == 1
    assert f"Trop peu de réponses pour conclure ({count}) : il en faut 5." in page.words


def test_each_version_has_its_own_figures_the_last_one_met_first(answered, answer, lead, cohort, quiz, clock):
    quiz.questions = [single("A", right=2), true_false("B")]
    publish(quiz)
    quiz = QuizPage.objects.get(pk=quiz.pk)
    answer(2, "true", cohort=cohort)
    visitor = Visitor(lead)
    page = visitor.open(f"/cohortes/{cohort.pk}/quiz/{quiz.pk}/")
    assert stats(page)["première tentative"] == "1"
    _new, old = [option["value"] for option in page.main.select("#version option")]
    page = visitor.press(page, "Afficher", {"version": old})
    assert stats(page)["premières tentatives"] == "10"


# ---------------------------------------------------------------- taking it away


def test_the_table_leaves_as_a_file_for_french_spreadsheets(answered, lead, cohort, quiz):
    visitor = Visitor(lead)
    page = visitor.open(f"/cohortes/{cohort.pk}/quiz/{quiz.pk}/")
    response = visitor.client.get(page.links["Exporter (CSV)"])

    assert response["Content-Disposition"] == 'attachment; filename="qui-fait-quoi-automne-2026-11-23.csv"'
    text = response.content.decode()
    assert text.startswith("\ufeff")
    heading, first, second = csv.reader(io.StringIO(text[1:]), delimiter=";")
    assert dict(zip(heading, first, strict=True)) == {
        "Numéro": "1",
        "Question": "Question A ?",
        "Rencontrée": "10",
        "Sans réponse": "1",
        "À relire": "0",
        "Réponses comptées": "10",
        "Réussite (%)": "60,0",
        "Réussite, borne basse (%)": "31,3",
        "Réussite, borne haute (%)": "83,2",
        "Indice de discrimination": "",
        "Discrimination, borne basse": "",
        "Discrimination, borne haute": "",
        "Efficacité de la discrimination": "",
        "Réponses proposées": "A. A 1 : 6 | B. A 2 : 3 | C. A 3 : 0",
        "Ce que l’on en retient": "À confirmer : 10 réponses seulement, il en faut 20 pour en juger.",
    }
    assert second[6] == "80,0"


def test_a_quiz_that_nobody_took_leaves_as_a_file_with_headings_only(lead, cohort, quiz):
    response = Visitor(lead).client.get(f"/cohortes/{cohort.pk}/quiz/{quiz.pk}/export.csv")
    assert len(response.content.decode().splitlines()) == 1


# ---------------------------------------------------------------- who, and from where


def addresses(cohort, quiz):
    """The pages of a lead, then those of an author."""
    return (
        [f"/cohortes/{cohort.pk}/quiz/{rest}" for rest in ("", f"{quiz.pk}/", f"{quiz.pk}/export.csv")],
        [f"/cohortes/quiz/{rest}" for rest in ("", f"{quiz.pk}/", f"{quiz.pk}/export.csv")],
    )


def test_leads_read_their_cohort_authors_their_quizzes_and_others_find_nothing(
    learner, lead, instructor, admin, site, cohort, quiz
):
    elsewhere = make_person("ailleurs@example.org")
    CohortLead.objects.create(cohort=make_cohort(cohort.track, name="Autre"), person=elsewhere)
    of_leads, of_authors = addresses(cohort, quiz)
    for person, cohort_status, quiz_status in (
        (learner, 404, 404),
        (elsewhere, 404, 404),
        (lead, 200, 404),
        (instructor, 404, 200),
        (admin, 200, 200),
    ):
        client = Visitor(person).client
        assert [client.get(one).status_code for one in of_leads] == [cohort_status] * 3, person
        assert [client.get(one).status_code for one in of_authors] == [quiz_status] * 3, person
    for one in of_leads + of_authors:
        assert Visitor().client.get(one)["Location"].startswith("/compte/connexion/")


def test_a_quiz_of_another_track_is_not_in_the_cohort(lead, cohort, quiz, site):
    other = make_track(site, slug="catalyseurs", modules=((0, True),))
    foreign = QuizPage.objects.descendant_of(other).get()
    assert Visitor(lead).open(f"/cohortes/{cohort.pk}/quiz/{foreign.pk}/").status == 404


def test_a_lead_who_is_learning_the_track_does_not_read_its_right_answers_before_the_end(
    answered, lead, cohort, quiz, answer
):
    row = enrol(lead, cohort.track)
    visitor = Visitor(lead)
    page = visitor.open(f"/cohortes/{cohort.pk}/quiz/")
    assert "Vous suivez vous-même ce parcours" in page.headings
    assert [visitor.open(one).status for one in addresses(cohort, quiz)[0][1:]] == [404, 404]
    enrolment.withdraw(person=lead, track_pk=cohort.track_id, at=NOW)
    assert visitor.open(f"/cohortes/{cohort.pk}/quiz/{quiz.pk}/").status == 200
    enrol(lead, cohort.track)
    answer(1, "true", row=row)  # the only step of the track: it is finished
    assert visitor.open(f"/cohortes/{cohort.pk}/quiz/{quiz.pk}/").status == 200


def test_a_lead_goes_from_the_board_to_the_questions_of_a_quiz(answered, lead, cohort, quiz):
    visitor = Visitor(lead)
    page = visitor.open(visitor.open(f"/cohortes/{cohort.pk}/").links["Questions des quiz"])
    assert page.headings == ["Questions des quiz", "Decideurs", "Qui fait quoi"]
    assert "10 premières tentatives" in page.words
    assert visitor.open(page.links["Qui fait quoi"]).h1 == "Qui fait quoi"


def test_an_author_goes_there_from_the_cohorts_and_from_the_editor_of_the_quiz(answered, instructor, quiz):
    visitor = Visitor(instructor)
    page = visitor.open(visitor.open("/cohortes/").links["Questions des quiz"])
    assert page.links["Qui fait quoi"] == f"/cohortes/quiz/{quiz.pk}/"
    editor = visitor.open(reverse("wagtailadmin_pages:edit", args=[quiz.pk]))
    assert editor.soup.find("a", href=f"/cohortes/quiz/{quiz.pk}/")


def test_an_author_who_leads_nobody_goes_there_from_the_menu_and_back_without_cohorts(instructor, quiz):
    visitor = Visitor(instructor)
    menu = visitor.open("/mon-espace/").soup.find(id="navigation")
    page = visitor.open(menu.find("a", string="Quiz")["href"])
    assert page.h1 == "Questions des quiz"
    for shown in (page, visitor.open(f"/cohortes/quiz/{quiz.pk}/")):
        assert not shown.soup.find(class_="breadcrumb").find("a", href="/cohortes/")


def test_the_menu_leads_to_the_quizzes_only_those_who_may_edit_some(learner, lead, instructor, cohort, quiz):
    helper = make_person("tom@example.org")
    group = Group.objects.create(name="Accueil")
    group.permissions.add(roles.permission("wagtailadmin", "access_admin"))
    home = quiz.get_parent().get_parent().get_parent().get_parent()
    group.page_permissions.create(page=publish_aside(home), permission=roles.permission("wagtailcore", "change_page"))
    helper.groups.add(group)

    def offered(person):
        return bool(Visitor(person).open("/mon-espace/").soup.find(id="navigation").find("a", href="/cohortes/quiz/"))

    assert {person.email: offered(person) for person in (learner, lead, helper, instructor)} == {
        learner.email: False,
        lead.email: False,
        helper.email: False,
        instructor.email: True,
    }


def publish_aside(home):
    """A page that holds no quiz."""
    page = StandardPage(title="Mentions", slug="mentions")
    home.add_child(instance=page)
    return page


def test_the_editor_of_another_page_offers_no_analysis(admin, track):
    editor = Visitor(admin).open(reverse("wagtailadmin_pages:edit", args=[track.pk]))
    assert not editor.soup.find("a", href=f"/cohortes/quiz/{track.pk}/")


def test_somebody_who_leads_but_does_not_write_is_not_sent_to_the_pages_of_authors(lead, cohort):
    assert "Questions des quiz" not in Visitor(lead).open("/cohortes/").links


# ---------------------------------------------------------------- how much it costs


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_take_as_many_queries_for_three_learners_as_for_one(
    count, answer, lead, instructor, cohort, quiz, django_assert_num_queries
):
    for number in range(count):
        answer(1, "true", cohort=cohort)
        if number:
            make_quiz(quiz.get_parent(), title=f"Autre {number}")
    of_leads, of_authors = addresses(cohort, quiz)
    for person, pages, queries in ((lead, of_leads, (7, 9, 9)), (instructor, of_authors, (6, 7, 7))):
        client = Visitor(person).client
        for page, expected in zip(pages, queries, strict=True):
            with django_assert_num_queries(expected):
                assert client.get(page).status_code == 200
