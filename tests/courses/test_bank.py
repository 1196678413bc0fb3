"""The question bank: what quizzes choose and draw, and what an edit changes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.blocks.quiz import QuizBlocks, known_tags
from courses.models import BankQuestion, Difficulty, QuizVersion
from courses.versions import quiz_of, thaw
from learners import attempts
from learners.models import User
from tests.factories.courses import make_quiz, multiple, single
from tests.factories.learners import NOW, enrol, right_responses
from tests.factories.questions import bank_question
from tests.worlds import made_once

pytestmark = pytest.mark.django_db


def chosen(question):
    """A block that chooses this question."""
    return {"type": "bank_question", "id": f"chosen-{question.pk}", "value": question.pk}


def draw(count, *, tags=(), difficulty="", track=None, name="draw"):
    """A block that draws that many questions."""
    items = [{"type": "item", "id": tag, "value": tag} for tag in tags]
    value = {"count": count, "track": track, "difficulty": difficulty, "tags": items}
    return {"type": "draw", "id": name, "value": value}


@made_once
def questions():
    """Six published questions on two themes, and a draft."""
    for number in range(1, 5):
        bank_question(single(f"M{number}"), title=f"Mécénat {number}", tags=["mécénat"], difficulty=Difficulty.EASY)
    for number in range(1, 3):
        bank_question(single(f"D{number}"), title=f"Dialogue {number}", tags=["dialogue", "mécénat"])
    bank_question(single("B"), title="Brouillon", tags=["mécénat"], live=False)


@pytest.fixture
def bank(site, questions):
    """All the questions."""
    return BankQuestion.objects


@pytest.fixture
def cms_admin(db):
    """Somebody who may do everything."""
    return User.objects.create_superuser("louise@example.org", None)


@pytest.fixture
def module(track):
    """The first module of the track."""
    return track.get_children().first()


def start(learner, track, quiz):
    """An attempt at this quiz, which is the first step of the track."""
    quiz.move(track.get_children().first(), "first-child")
    return attempts.open_attempt(enrolment_pk=enrol(learner, track).pk, quiz_pk=quiz.pk, at=NOW)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 6),
        ({"tags": ["mécénat"]}, 6),
        ({"tags": ["Dialogue"]}, 2),
        ({"tags": ["dialogue", "mécénat"]}, 2),
        ({"difficulty": "easy"}, 4),
        ({"tags": ["dialogue"], "difficulty": "easy"}, 0),
    ],
)
def test_a_draw_finds_the_published_questions_that_fit(bank, wanted, count):
    assert bank.fitting(**wanted).count() == count


def test_a_quiz_mixes_its_own_questions_chosen_ones_and_draws(bank, module):
    dialogue = bank.get(title="Dialogue 1")
    quiz = make_quiz(module, questions=[single("A"), chosen(dialogue), draw(3, tags=["mécénat"])])
    frozen = quiz_of(quiz)
    assert quiz.question_count == 5
    assert len(frozen.questions) == 7
    assert frozen.plan[1:] == (str(dialogue.uid), "draw")
    assert len(frozen.draws[0].pool) == 6


def test_a_draw_that_the_bank_cannot_fill_is_not_published(bank):
    stream = QuizBlocks()
    with pytest.raises(ValidationError):
        stream.clean(stream.to_python([draw(7, tags=["mécénat"])]))
    assert stream.clean(stream.to_python([draw(6, tags=["mécénat"])]))


def test_an_attempt_meets_its_own_draw_and_keeps_it(bank, module, track, learner):
    dialogue = bank.get(title="Dialogue 1")
    quiz = make_quiz(
        module, questions=[chosen(dialogue), draw(2, tags=["dialogue"]), draw(2, name="other")], shuffle_questions=True
    )
    attempt = start(learner, track, quiz)
    # Only one other question is on dialogue: no question comes twice.
    assert len(attempt.layout) == len(set(attempt.layout)) == 4
    assert str(dialogue.uid) in attempt.layout
    assert [question.id for question in attempt.paper.questions] == attempt.layout
    assert attempt.max_score == 4
    again = attempts.open_attempt(enrolment_pk=attempt.enrolment_id, quiz_pk=quiz.pk, at=NOW)
    assert (again.pk, again.layout) == (attempt.pk, attempt.layout)


def test_an_answer_to_a_question_that_was_not_drawn_is_refused(bank, module, track, learner):
    attempt = start(learner, track, make_quiz(module, questions=[draw(1)]))
    others = [one for one in thaw(attempt.version).questions if one.id not in attempt.layout]
    with pytest.raises(attempts.ForeignAnswer):
        attempts.save(attempt_pk=attempt.pk, responses={others[0].id: others[0].right_response}, at=NOW)


def test_all_learners_of_a_day_share_one_version_whatever_they_draw(bank, module, track, learner):
    quiz = make_quiz(module, questions=[draw(2)], pass_mark=None)
    first = start(learner, track, quiz)
    attempts.submit(attempt_pk=first.pk, responses=right_responses(first), at=NOW)
    second = attempts.open_attempt(enrolment_pk=first.enrolment_id, quiz_pk=quiz.pk, at=NOW)
    assert second.version_id == first.version_id
    assert QuizVersion.objects.count() == 1


def test_editing_a_question_makes_a_new_version_for_later_attempts_and_touches_no_other(bank, module, track, learner):
    dialogue = bank.get(title="Dialogue 1")
    quiz = make_quiz(module, questions=[chosen(dialogue)], pass_mark=None)
    attempt = start(learner, track, quiz)
    before = attempt.paper
    dialogue.question = [single("Réécrite", right=2)]
    dialogue.save_revision()
    assert quiz_of(quiz) == before  # a draft changes nothing
    dialogue.get_latest_revision().publish()
    attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=NOW)
    attempt.refresh_from_db()
    assert (attempt.score, attempt.paper.questions) == (1, before.questions)
    later = attempts.open_attempt(enrolment_pk=attempt.enrolment_id, quiz_pk=quiz.pk, at=NOW)
    assert later.version_id != attempt.version_id
    (question,) = later.paper.questions
    assert (question.id, question.summary) == (str(dialogue.uid), "Question Réécrite ?")


def test_a_question_that_left_the_bank_is_left_out_of_later_attempts(bank, module):
    dialogue = bank.get(title="Dialogue 1")
    quiz = make_quiz(module, questions=[single("A"), chosen(dialogue)])
    dialogue.unpublish()
    assert [question.summary for question in quiz_of(type(quiz).objects.get(pk=quiz.pk)).questions] == ["Question A ?"]


def test_choices_are_shuffled_once_per_attempt(module, track, learner):
    quiz = make_quiz(module, questions=[single(str(n), choices=8) for n in range(6)], shuffle_choices=True)
    attempt = start(learner, track, quiz)
    shown = [[option.text for option in question.options] for question in attempt.paper.questions]
    written = [[option.text for option in question.options] for question in thaw(attempt.version).questions]
    assert shown != written
    assert [sorted(one) for one in shown] == [sorted(one) for one in written]
    attempt = type(attempt).objects.get()
    assert [[option.text for option in question.options] for question in attempt.paper.questions] == shown


def test_the_editor_of_a_question_says_where_it_is_used(wagtail_indexes, bank, module, client, cms_admin):
    dialogue = bank.get(title="Dialogue 1")
    make_quiz(module, title="Le quiz qui l’utilise", questions=[chosen(dialogue)])
    client.force_login(cms_admin)
    used = client.get(f"/admin/snippets/courses/bankquestion/usage/{dialogue.pk}/")
    assert "Le quiz qui l’utilise" in used.content.decode()


def test_the_bank_is_listed_and_filtered(bank, client, cms_admin):
    client.force_login(cms_admin)

    def listed(query):
        html = client.get(f"/admin/snippets/courses/bankquestion/{query}").content.decode()
        return {title for title in bank.values_list("title", flat=True) if f"{title}" in html}

    assert len(listed("")) == 7
    tag = bank.get(title="Dialogue 1").tags.get(name="dialogue")
    assert listed(f"?tags={tag.pk}") == {"Dialogue 1", "Dialogue 2"}
    assert listed("?difficulty=easy") == {f"Mécénat {n}" for n in range(1, 5)}


def test_the_list_of_the_bank_names_the_themes_of_all_its_questions_at_once(bank, client, cms_admin):
    client.force_login(cms_admin)
    with CaptureQueriesContext(connection) as queries:
        assert "dialogue, mécénat" in client.get("/admin/snippets/courses/bankquestion/").text
    assert sum('FROM "taggit_tag" WHERE' in query["sql"] for query in queries) == 1


def test_a_draw_chooses_among_the_themes_of_the_bank(bank):
    assert known_tags() == [("dialogue", "dialogue"), ("mécénat", "mécénat")]


def test_the_author_previews_a_question_with_the_worth_of_sample_answers(bank, client, cms_admin, track):
    row = bank_question(multiple("P"), title="À plusieurs")
    client.force_login(cms_admin)
    html = client.get(f"/admin/snippets/courses/bankquestion/history/{row.pk}/revisions/{row.latest_revision_id}/view/")
    assert "Ce que rapportent quelques réponses" in html.content.decode()
    quiz = make_quiz(track.get_children().first(), questions=[multiple("Q"), chosen(row)])
    page = client.get(f"/admin/pages/{quiz.pk}/view_draft/").content.decode()
    assert page.count("Ce que rapportent quelques réponses") == 2
