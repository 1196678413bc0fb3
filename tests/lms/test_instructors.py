"""Those who write: from the edit form of the CMS to the page of a learner, and no further."""

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import querydict_from_html

from courses.manuscripts import identity
from courses.models import GlossaryTerm, LessonPage, ModulePage, QuizPage
from learners.models import Attempt, Completion, Enrolment
from tests.courses.admin_forms import edit_url, form_of, posted
from tests.factories.courses import single
from tests.factories.learners import enrol, finish, make_cohort, make_person
from tests.lms.test_learning import LESSON_1, QUIZ
from tests.lms.visiting import Screen, Visitor


@pytest.fixture
def desk(client, instructor):
    """The instructor in the CMS."""
    client.force_login(instructor)
    return client


@pytest.fixture
def lesson(track):
    """The first lesson of the track."""
    return LessonPage.objects.get(slug="lecon-11")


def paragraph(html):
    """A body of one paragraph."""
    return [{"type": "text", "value": html, "id": identity("paragraph", html)}]


def test_an_instructor_publishes_a_lesson_and_a_learner_sees_it_at_once(desk, lesson, nadia, enrolment):
    form = form_of(desk, lesson, title="Écouter d’abord", body=paragraph("<p>Le texte corrigé.</p>"))

    saved = desk.post(edit_url(lesson), form)
    assert saved.status_code == 302
    assert nadia.open(LESSON_1).h1 == "Leçon 1.1"  # a draft is nobody's business

    published = desk.post(edit_url(lesson), form | {"action-publish": "action-publish"})
    assert published.status_code == 302
    page = nadia.open(LESSON_1)
    assert (page.address, page.h1) == (LESSON_1, "Écouter d’abord")
    assert "Le texte corrigé." in page.words
    assert nadia.open("/parcours/jeunes/").links["Écouter d’abord"] == LESSON_1


def test_an_instructor_adds_a_lesson_whose_title_has_accents_and_a_learner_opens_it(desk, track, nadia, enrolment):
    module = ModulePage.objects.get(slug="module-1")
    address = reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", module.pk])
    form = querydict_from_html(desk.get(address).content.decode(), form_id="page-edit-form").dict()
    title = {"title": "Œuvrer à l’été", "slug": "oeuvrer-a-l-ete"}  # what the script of the form makes of it
    block = LessonPage._meta.get_field("body").stream_block
    body = posted("body", block, block.to_python(paragraph("<p>Un texte.</p>")))

    desk.post(address, form | title | body | {"summary": "Une étape.", "minutes": "12", "action-publish": "1"})

    finish(enrolment, steps=3)
    assert nadia.open("/parcours/jeunes/module-1/oeuvrer-a-l-ete/").h1 == "Œuvrer à l’été"


def test_an_edit_of_a_quiz_is_for_those_who_begin_it_later(desk, track, nadia, learner, enrolment):
    finish(enrolment, steps=2)
    quiz = QuizPage.objects.get()
    nadia.post(f"/apprendre/quiz/{quiz.pk}/commencer/")
    later = make_person("lea@example.org")
    finish(enrol(later, track), steps=2)

    desk.post(edit_url(quiz), form_of(desk, quiz, questions=[single("Z")]) | {"action-publish": "1"})

    begun = nadia.open(QUIZ)
    lea = Visitor(later)
    fresh = lea.press(lea.open(QUIZ), "Commencer le quiz")
    assert "Question 1 sur 3 Question A ?" in begun.words
    assert "Question 1 sur 1 Question Z ?" in fresh.words


@pytest.mark.parametrize("slug", ["lecon-11", "quiz-1"])
def test_the_preview_of_a_draft_shows_it_as_nobody_and_leaves_no_record(desk, track, instructor, slug):
    enrol(instructor, track)
    page = Page.objects.get(slug=slug).specific
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])

    kept = desk.post(address, form_of(desk, page, title="Titre en préparation"))
    shown = Screen(desk.get(address), address)

    assert kept.json() == {"is_valid": True, "is_available": True}
    assert (shown.status, shown.h1) == (200, "Titre en préparation")
    assert shown.buttons == []
    assert "Explication" not in shown.words
    assert (Completion.objects.count(), Attempt.objects.count(), Enrolment.objects.count()) == (0, 0, 1)


BLANK = {
    "term": {"term": None},
    "image": {"image": None, "caption": ""},
    "figure": {"value": "", "text": "", "date": "", "source": "", "caution": "", "disputed": False},
    "quote": {"text": "", "author": "", "source": "", "date": ""},
    "testimony": {"name": "", "role": "", "text": "", "date": "", "source": "", "composed": False},
    "expert": {"name": "", "role": "", "text": "", "date": "", "source": ""},
    "example": {"title": "", "place": "", "date": "", "actors": [], "text": "", "source": "", "composed": False},
    "takeaways": {"points": []},
    "sheet": {"title": "", "text": ""},
    "activity": {"title": "", "minutes": None, "text": ""},
    "data_table": {"caption": "", "headers": [], "rows": [], "source": ""},
    "video": {"title": "", "file": None, "captions": None, "transcript": ""},
    "audio": {"title": "", "file": None, "transcript": ""},
    "text": "",
}


def test_a_lesson_that_is_barely_begun_can_be_previewed(rf, lesson):
    assert set(BLANK) == set(LessonPage._meta.get_field("body").stream_block.child_blocks)
    lesson.body = [{"type": kind, "value": value, "id": identity(kind)} for kind, value in BLANK.items()]

    shown = Screen(lesson.make_preview_request(rf.get("/"), ""), "")

    assert (shown.status, shown.h1) == (200, "Leçon 1.1")


def test_a_quiz_that_is_barely_begun_can_be_previewed(rf, track):
    quiz = QuizPage.objects.get()
    quiz.questions = [
        {
            "type": kind,
            "id": identity(kind),
            "value": {"prompt": "", "explanation": "", "points": None}
            | ({"answer": ""} if kind == "true_false" else {"choices": []}),
        }
        for kind in ("single", "multiple", "true_false")
    ]

    shown = Screen(quiz.make_preview_request(rf.get("/"), ""), "")

    assert (shown.status, shown.h1) == (200, "Quiz 1")
    assert "Question 1 sur 3" in shown.words


def test_the_unpublishing_of_a_step_takes_it_from_the_site_and_from_the_way(desk, lesson, nadia, enrolment):
    desk.post(reverse("wagtailadmin_pages:unpublish", args=[lesson.pk]))

    assert nadia.open(LESSON_1).status == 404
    assert nadia.open("/parcours/jeunes/").links["Continuer"] == "/parcours/jeunes/module-1/lecon-12/"


def test_an_instructor_edits_a_word_of_the_glossary_and_everyone_reads_it(desk, visitor):
    term = GlossaryTerm.objects.create(term="Alliance", definition="Ancienne définition.")

    desk.post(
        reverse("glossary:edit", args=[term.pk]),
        {"term": "Alliance", "definition": "Agir à plusieurs.", "action-publish": "1"},
    )

    assert "Agir à plusieurs." in visitor.open("/glossaire/").words


# ---------------------------------------------------------------- and no further


def test_the_menu_of_an_instructor_offers_nothing_about_people(desk, track):
    home = desk.get("/admin/").text

    assert [
        word in home for word in ("/admin/cohorts/", "/admin/certificates/", "/admin/letters/", "/admin/users/")
    ] == [False] * 4


def test_the_menu_of_an_administrator_does(admin, track):
    client = Client()
    client.force_login(admin)
    home = client.get("/admin/").text

    assert [
        word in home for word in ("/admin/cohorts/", "/admin/certificates/", "/admin/letters/", "/admin/users/")
    ] == [True] * 4


def test_an_instructor_sees_no_board_even_of_the_tracks_that_they_write(instructor, track):
    cohort = make_cohort(track, lead=make_person("samuel@example.org"))

    assert Visitor(instructor).open(f"/cohortes/{cohort.pk}/").status == 404
    assert "Aucune cohorte pour le moment" in Visitor(instructor).open("/cohortes/").headings


def test_a_page_that_carries_history_is_unpublished_never_deleted(admin, track, enrolment, lesson):
    finish(enrolment, steps=1)
    client = Client()
    client.force_login(admin)

    for page in (lesson, lesson.get_parent(), track):
        response = client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]), follow=True)
        assert "ne peut pas être supprimée. Dépubliez-la" in response.text.replace("\u00a0", " ")

    assert Page.objects.filter(pk__in=[lesson.pk, track.pk]).count() == 2
    assert Completion.objects.count() == 1


def test_somebody_signed_in_who_does_not_write_is_told_so_instead_of_asked_to_sign_in_again(nadia, site):
    page = nadia.open("/admin/pages/")

    assert (page.status, page.address) == (403, "/admin/pages/")
    assert page.soup.html["lang"] == "fr"
