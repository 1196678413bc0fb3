"""How many questions each screen asks the database: literal numbers, whatever the number of rows."""

import io

import pytest
from django.core.cache import caches
from django.core.files.images import ImageFile
from PIL import Image
from wagtail.models import Page

from courses.manuscripts import identity
from courses.models import GlossaryTerm, Illustration, LessonPage
from courses.outline import outline_by_pk
from learners import attempts
from learners.models import Allowance, Contact, Enrolment, EnrolmentChange, Letter, Pair
from tests.factories.courses import make_quiz, make_track, publish, single
from tests.factories.learners import NOW, enrol, finish, make_cohort, make_person, right_responses

SMALL = ((2, True), (1, False))
LARGE = ((5, True),) * 5
SIZES = pytest.mark.parametrize("modules", [SMALL, LARGE], ids=["4 steps", "30 steps"])


@pytest.fixture
def count(client, django_assert_num_queries):
    """Asks for a page and asserts its status and its number of queries, the third person to come included."""

    def count(expected, address, *, status=200):
        with django_assert_num_queries(expected):
            response = client.get(address)
            b"".join(response) if response.streaming else response.content
        assert response.status_code == status

    return count


@pytest.fixture
def here(client, learner):
    """The browser of the learner."""
    client.force_login(learner)


@SIZES
def test_a_lesson_costs_a_learner_five_queries_whatever_the_track(count, here, empty, learner, modules):
    track = make_track(empty, modules=modules)
    row = enrol(learner, track)
    last_lesson = [step for step in outline_by_pk(track.pk).steps if step.kind == LessonPage.kind][-1]

    count(5, "/parcours/jeunes/module-1/lecon-11/")
    finish(row)
    count(5, last_lesson.url)


@SIZES
def test_a_locked_step_costs_a_learner_four_queries(count, here, empty, learner, modules):
    track = make_track(empty, modules=modules)
    enrol(learner, track)

    count(4, outline_by_pk(track.pk).steps[-1].url, status=403)


@SIZES
def test_a_quiz_costs_a_learner_six_queries_before_during_and_after_the_attempts(count, here, empty, learner, modules):
    track = make_track(empty, modules=modules)
    row = enrol(learner, track)
    step = next(step for step in outline_by_pk(track.pk).steps if step.kind == "quiz")
    finish(row, steps=step.number - 1)

    count(6, step.url)  # without attempt: the page itself

    def answer(times):
        for _ in range(times):
            attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=step.pk, at=NOW)
            attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=NOW)

    opened = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=step.pk, at=NOW)
    count(6, step.url)  # with an open attempt: the answers kept
    attempts.submit(attempt_pk=opened.pk, responses=right_responses(opened), at=NOW)
    count(6, step.url)  # with one attempt
    answer(12)
    count(6, step.url)  # with a long history
    attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=step.pk, at=NOW)
    count(6, step.url)  # with a long history and an open attempt


def rich_lesson(track, rows):
    """A first lesson that points to so many glossary terms and so many images."""
    body = []
    for number in range(rows):
        png = io.BytesIO()
        Image.new("RGB", (40, 30)).save(png, "PNG")
        image = Illustration.objects.create(title=f"Image {number}", file=ImageFile(png, name=f"{number}.png"))
        term = GlossaryTerm.objects.create(term=f"Mot {number}", definition="Ce mot.")
        chosen = {"image": image.pk, "decorative": False, "alt_text": image.title}
        body += [("term", {"term": term.pk}), ("image", {"image": chosen, "caption": ""})]
    lesson = LessonPage.objects.get(slug="lecon-11")
    lesson.body = [{"type": kind, "value": value, "id": identity(number)} for number, (kind, value) in enumerate(body)]
    return publish(lesson)


# Wagtail leaves the closing of its temporary files to the collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("rows", [1, 3])
def test_the_terms_and_the_images_of_a_lesson_cost_one_query_each_however_many_there_are(
    count, here, client, track, enrolment, rows
):
    caches["renditions"].clear()
    lesson = rich_lesson(track, rows)
    client.get(lesson.url)  # makes the copies of the images, once for everybody

    count(7, lesson.url)


# ---------------------------------------------------------------- lists, with one row and with three


def more_tracks(site):
    for slug in ("catalyseurs", "decideurs"):
        make_track(site, slug=slug, modules=((1, True),))


def test_the_catalogue_and_the_home_page_cost_a_visitor_as_much_with_one_track_as_with_three(count, site, track):
    count(7, "/parcours/")
    count(5, "/")
    more_tracks(site)
    count(7, "/parcours/")
    count(5, "/")


def test_the_catalogue_costs_a_learner_as_much_with_one_track_as_with_three(
    count, here, site, track, learner, enrolment
):
    count(10, "/parcours/")
    more_tracks(site)
    for page in Page.objects.type(type(track)).specific():
        finish(enrol(learner, page), steps=1)
    count(10, "/parcours/")


def test_my_space_costs_as_much_with_one_track_as_with_three_and_a_long_history(
    count, here, site, track, learner, enrolment
):
    count(4, "/mon-espace/")
    more_tracks(site)
    for page in Page.objects.type(type(track)).specific():
        finish(enrol(learner, page))
    count(4, "/mon-espace/")


@SIZES
def test_a_track_costs_a_learner_six_queries_and_a_module_five(count, here, empty, learner, modules):
    track = make_track(empty, modules=modules)
    count(6, "/parcours/jeunes/")
    for number in range(3):
        cohort = make_cohort(track, name=f"Cohorte {number}")
        cohort.open_to_all = True
        cohort.save()
    count(6, "/parcours/jeunes/")  # with cohorts to join
    finish(enrol(learner, track))
    count(6, "/parcours/jeunes/")
    count(5, "/parcours/jeunes/module-1/")


def test_the_glossary_costs_one_query_with_one_term_and_with_three(count, db, site):
    GlossaryTerm.objects.create(term="Alliance", definition="Agir ensemble.")
    count(1, "/glossaire/")
    for term in ("Lien", "Territoire"):
        GlossaryTerm.objects.create(term=term, definition="Un mot.")
    count(1, "/glossaire/")


def test_the_list_of_cohorts_costs_four_queries_with_one_cohort_and_with_three(count, here, track, learner):
    make_cohort(track, lead=learner)
    count(4, "/cohortes/")
    for number in range(2):
        cohort = make_cohort(track, lead=learner, name=f"Cohorte {number}")
        enrol(make_person(f"p{number}@example.org"), track, cohort=cohort)
    count(4, "/cohortes/")


# The board and each of its files: session, person, cohort, who leads it, and what is read of the learners.
BOARD = {"": 15, "export.csv": 8, "export.xlsx": 8, "preuves.zip": 11}


def test_the_board_and_each_export_cost_as_much_with_one_learner_as_with_three(count, here, track, learner):
    cohort = make_cohort(track, lead=learner)
    finish(enrol(make_person("p0@example.org"), track, cohort=cohort), steps=1)
    for address, expected in BOARD.items():
        count(expected, f"/cohortes/{cohort.pk}/{address}")
    for number in (1, 2):
        finish(enrol(make_person(f"p{number}@example.org"), track, cohort=cohort), steps=2 * number)
    for address, expected in BOARD.items():
        count(expected, f"/cohortes/{cohort.pk}/{address}")


def test_a_board_with_charts_costs_as_much_with_five_learners_as_with_eight(count, here, track, learner):
    cohort = make_cohort(track, lead=learner)
    for number in range(8):
        if number in {5, 7}:
            count(17, f"/cohortes/{cohort.pk}/")
        finish(enrol(make_person(f"p{number}@example.org"), track, cohort=cohort), steps=number % 5)
    count(17, f"/cohortes/{cohort.pk}/")
    count(17, f"/cohortes/{cohort.pk}/?q=example&module=1&secteur=&tri=nom")


@pytest.mark.parametrize("number", [1, 3])
def test_a_board_of_one_sector_reads_the_whole_cohort_too_for_whom_to_contact(count, here, track, learner, number):
    cohort = make_cohort(track, lead=learner)
    for one in range(number):
        finish(enrol(make_person(f"p{one}@example.org"), track, cohort=cohort), steps=one)
    Enrolment.objects.update(sector="autre")
    count(19, f"/cohortes/{cohort.pk}/?secteur=autre")


def test_the_sheet_of_a_learner_costs_as_much_with_one_row_of_each_kind_as_with_three(count, here, track, learner):
    cohort = make_cohort(track, lead=learner)
    pair = Pair.objects.create(cohort=cohort, made_at=NOW, made_by=learner)
    row = finish(enrol(make_person("p0@example.org"), track, cohort=cohort), steps=2)
    quiz = next(step for step in outline_by_pk(track.pk).steps if step.kind == "quiz")
    Enrolment.objects.filter(pk=row.pk).update(pair=pair)

    def happen(number):
        attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=NOW)
        attempts.submit(attempt_pk=attempt.pk, responses={}, at=NOW, allow_blank=True)
        letter = Letter.objects.create(
            person=row.person, address="p0@example.org", kind="message", key=f"m{number}", enrolment=row, due_at=NOW
        )
        Contact.objects.create(enrolment=row, reason="silent", letter=letter, contacted_at=NOW, contacted_by=learner)
        Allowance.objects.create(
            enrolment=row,
            kind="open",
            page_id=outline_by_pk(track.pk).steps[number].pk,
            comment="Accord",
            granted_at=NOW,
            granted_by=learner,
        )
        EnrolmentChange.objects.create(enrolment=row, kind="details", changed_at=NOW, changed_by=learner)
        enrol(make_person(f"b{number}@example.org"), track, cohort=cohort)
        Enrolment.objects.filter(person__email=f"b{number}@example.org").update(pair=pair)

    happen(0)
    count(15, f"/cohortes/{cohort.pk}/personnes/{row.pk}/")
    happen(1)
    happen(2)
    count(15, f"/cohortes/{cohort.pk}/personnes/{row.pk}/")


@SIZES
def test_why_one_s_figure_is_what_it_is_costs_five_queries_whatever_the_track(count, here, empty, learner, modules):
    track = make_track(empty, modules=modules)
    row = enrol(learner, track)
    count(5, "/mon-espace/parcours/jeunes/")
    finish(row)
    count(5, "/mon-espace/parcours/jeunes/")


# ---------------------------------------------------------------- answers


def long_quiz(track, questions):
    module = Page.objects.get(slug="module-1").specific
    return make_quiz(module, title=f"Quiz de {questions}", questions=[single(f"Q{n}") for n in range(questions)])


@pytest.mark.parametrize("questions", [1, 20])
def test_saving_and_submitting_cost_the_same_with_one_question_and_with_twenty(
    client, here, empty, learner, questions, django_assert_num_queries
):
    track = make_track(empty, in_order=False)
    quiz = long_quiz(track, questions)
    attempt = attempts.open_attempt(enrolment_pk=enrol(learner, track).pk, quiz_pk=quiz.pk, at=NOW)
    data = {f"q-{key}": value for key, value in right_responses(attempt).items()}

    with django_assert_num_queries(9):
        saved = client.post(f"/apprendre/tentatives/{attempt.pk}/enregistrer/", data)
    with django_assert_num_queries(17):
        sent = client.post(f"/apprendre/tentatives/{attempt.pk}/envoyer/", data)
    with django_assert_num_queries(8):
        result = client.get(sent.url)

    assert (saved.status_code, sent.status_code, result.status_code) == (302, 302, 200)
    assert result.context["attempt"].score == questions
