"""The admin's list of changed marks: what changed, by whom, and who passes since."""

from datetime import timedelta

import pytest
from django.test import Client

from courses.models import QuizPage
from courses.versions import freeze
from learners import attempts, regrading, reviews
from learners.models import Regrade
from tests.factories.courses import make_quiz, make_track, publish, single
from tests.factories.learners import NOW, enrol, make_person
from tests.factories.reviews import answered, levels_of, make_open_track
from tests.worlds import made_once

pytestmark = pytest.mark.django_db
LIST = "/admin/regrades/"
DAY = timedelta(days=1)


@pytest.fixture
def desk(instructor):
    """The admin as an instructor has it."""
    client = Client()
    client.force_login(instructor)
    return client


@pytest.fixture
def office(admin):
    """The admin as an administrator has it."""
    client = Client()
    client.force_login(admin)
    return client


@made_once
def quiz(published):
    """Two questions of one point, all of them to be right; the key of B is wrong."""
    track = make_track(published[0], slug="essai", modules=((0, False),))
    return make_quiz(track.get_children().first(), questions=[single("A"), single("B")], pass_mark=100, title="Le pont")


def take(quiz, name, number_of_b):
    """An attempt of somebody of that name: right about A, and this choice for B."""
    person = make_person(f"{name.lower()}@example.org", first_name=name)
    row = enrol(person, quiz.get_parent().get_parent().specific)
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=NOW)
    first, second = attempt.paper.questions
    responses = {first.id: first.right_response, second.id: [second.options[number_of_b - 1].id]}
    return attempts.submit(attempt_pk=attempt.pk, responses=responses, at=NOW)


def correct(quiz, by):
    """The key of B is corrected, and every attempt marked again, in one go."""
    page = QuizPage.objects.get(pk=quiz.pk)
    page.questions = page.questions.stream_block.to_python([single("A"), single("B", right=2)])
    key = freeze(publish(page), at=NOW + DAY)
    for pk in list(regrading.to_regrade(key).values_list("pk", flat=True)):
        why = "Le corrigé de B était faux."
        regrading.regrade(attempt_pk=pk, key=key, by=by, why=why, at=NOW + DAY, may_lose=True)


def amended(site, by, *, number=0, at=NOW + DAY):
    """Somebody's reading of an answer, changed by themselves."""
    track = make_open_track(site, slug=f"essai-{number}", title=f"Récit {number}")
    answer = answered(enrol(make_person(f"tom.{number}@example.org", first_name="Tomaso"), track)).answers.get()
    reviews.review(answer_pk=answer.pk, by=by, levels=levels_of(answer, 2, 1), comment="", at=NOW)
    return reviews.amend(
        answer_pk=answer.pk, by=by, levels=levels_of(answer, 0, 1), comment="", why="Lu trop vite.", at=at
    )


def lines(response):
    """The cells of each line of the list."""
    table = response.context["table"]
    names = ("quiz_title", "by", "why", "answer_count", "gained", "lost")
    return [tuple(str(getattr(row.instance, name)) for name in names) for row in table.rows]


def test_a_change_is_one_line_with_its_author_and_what_it_did(desk, office, admin, quiz):
    take(quiz, "Ana", 1)
    for name in ("Bob", "Cléo"):
        take(quiz, name, 2)
    take(quiz, "Dan", 3)
    correct(quiz, admin)
    expected = [("Le pont", str(admin), "Le corrigé de B était faux.", "3", "2", "1")]
    assert lines(desk.get(LIST)) == lines(office.get(LIST)) == expected


def test_the_latest_change_comes_first_and_the_list_is_read_by_pages(desk, instructor, site):
    regrade = amended(site, instructor)
    for number in range(1, 51):
        changed_again(regrade, number)
    first, second = lines(desk.get(LIST)), lines(desk.get(f"{LIST}?p=2"))
    assert (len(first), len(second)) == (50, 1)
    assert (first[0][2], second[0][2]) == ("Motif 50", "Lu trop vite.")


def changed_again(regrade, number):
    """The same mark, changed later."""
    regrade.pk, regrade.at, regrade.why = None, NOW + number * DAY + DAY, f"Motif {number}"
    regrade.save(force_insert=True)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["Récit 1", "Le pont"]),
        ("q=pont", ["Le pont"]),
        ("q=trop vite", ["Récit 1"]),
        ("q=ferrand", ["Le pont"]),
        ("q=nulle part", []),
        ("at_from=2026-11-25", ["Récit 1"]),
        ("at_to=2026-11-24", ["Le pont"]),
        ("quiz={quiz}", ["Le pont"]),
        ("by={by}", ["Récit 1"]),
    ],
)
def test_a_change_is_found_by_its_quiz_its_author_its_reason_or_its_date(
    desk, admin, instructor, site, quiz, asked, found
):
    take(quiz, "Bob", 2)
    correct(quiz, admin)
    amended(site, instructor, number=1, at=NOW + 2 * DAY)
    response = desk.get(f"{LIST}?{asked.format(quiz=quiz.pk, by=instructor.pk)}")
    assert [line[0] for line in lines(response)] == found


def test_a_change_is_read_question_by_question(desk, admin, quiz):
    for name, choice in (("Ana", 1), ("Bob", 2), ("Cléo", 2)):
        take(quiz, name, choice)
    correct(quiz, admin)
    text = desk.get(f"{LIST}inspect/{Regrade.objects.order_by('pk').first().pk}/").text
    assert "Question B ? 0 → 1 (2 réponses)" in text
    assert "Question B ? 1 → 0 (1 réponse)" in text


def test_administrators_read_who_passes_since_and_instructors_how_many(desk, office, admin, quiz):
    take(quiz, "Anatolie", 1)
    take(quiz, "Bertille", 2)
    correct(quiz, admin)
    address = f"{LIST}inspect/{Regrade.objects.order_by('pk').first().pk}/"
    assert all(f"1 : {name} Roux" in office.get(address).text for name in ("Anatolie", "Bertille"))
    assert not any(name in desk.get(address).text for name in ("Anatolie", "Bertille"))


def test_a_change_of_points_that_changes_no_pass_counts_none(desk, instructor, site):
    regrade = amended(site, instructor)
    assert lines(desk.get(LIST))[0][3:] == ("1", "0", "1")
    reviews.amend(
        answer_pk=regrade.answer_id,
        by=instructor,
        levels=levels_of(regrade.answer, 1, 0),
        comment="Encore.",
        why="Hésitation.",
        at=NOW + 2 * DAY,
    )
    assert lines(desk.get(LIST))[0][3:] == ("1", "0", "0")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_whatever_its_length(desk, instructor, site, count, django_assert_num_queries):
    for number in range(count):
        amended(site, instructor, number=number, at=NOW + DAY + number * DAY)
    desk.get(LIST)
    with django_assert_num_queries(7):
        response = desk.get(f"{LIST}results/")
    assert len(lines(response)) == count
