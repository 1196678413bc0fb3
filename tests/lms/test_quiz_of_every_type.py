"""A learner without JavaScript takes a quiz that holds every type of question."""

import pytest

from courses.outline import outline_by_pk
from learners.models import Attempt
from tests.factories.courses import make_quiz
from tests.factories.questions import every_block


def plain(text):
    """The text with every kind of space as one plain space."""
    return " ".join(text.split())


pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz(track, enrolment):
    """The first step of the track, so that nothing locks it."""
    track_quiz = make_quiz(track.get_children().first(), title="Tout", questions=every_block(), certainty=False)
    track_quiz.move(track.get_children().first(), "first-child")
    return track_quiz


def filled_in(attempt):
    """The fields of somebody who knows everything."""
    fields = {}
    for question in attempt.paper.questions:
        right = question.right_response
        if isinstance(right, dict):
            fields |= {f"q-{question.id}.{row}": place for row, place in right.items()}
        else:
            fields[f"q-{question.id}"] = right
    return fields


def test_every_type_is_answered_kept_and_sent_without_javascript(nadia, quiz, track):
    step = next(step for step in outline_by_pk(track.pk).steps if step.pk == quiz.pk)
    page = nadia.press(nadia.open(step.url), "Commencer le quiz")
    attempt = Attempt.objects.get()
    page = nadia.press(page, "Enregistrer et continuer plus tard", filled_in(attempt))
    _, _, fields = page.form("Envoyer mes réponses")
    kept = {
        name: value[-1] if isinstance(filled_in(attempt).get(name), str) else value for name, value in fields.items()
    }
    for name, value in filled_in(attempt).items():
        shown = [one for one in kept[name] if one] if isinstance(value, list) else kept[name]
        assert sorted(shown) == sorted(value)
    result = nadia.press(page, "Envoyer mes réponses")
    attempt.refresh_from_db()
    assert result.address == f"/apprendre/tentatives/{attempt.pk}/"
    assert attempt.score == attempt.max_score - 3  # three points wait for an instructor
    assert (attempt.awaiting, attempt.passed) == (1, True)
    assert "À relire par l’équipe" in result.words
    assert "Réponse modèle, pour comparer" in result.words
    assert len(result.soup.select("article.result[data-mark=right]")) == 9


def test_an_incomplete_placement_is_said_to_be_missing_and_kept(nadia, quiz, track):
    step = next(step for step in outline_by_pk(track.pk).steps if step.pk == quiz.pk)
    page = nadia.press(nadia.open(step.url), "Commencer le quiz")
    fields = filled_in(Attempt.objects.get())
    question = next(one for one in Attempt.objects.get().paper.questions if one.kind == "matching")
    fields[f"q-{question.id}.{question.rows[0].id}"] = ""
    again = nadia.press(page, "Envoyer mes réponses", fields)
    assert again.status == 422
    assert "1 question sans réponse" in again.words
    assert again.soup.select_one(f"fieldset#question-6 select[name='q-{question.id}.{question.rows[1].id}'] [selected]")


def test_somebody_elses_question_is_refused(nadia, quiz, track):
    step = next(step for step in outline_by_pk(track.pk).steps if step.pk == quiz.pk)
    page = nadia.press(nadia.open(step.url), "Commencer le quiz")
    refused = nadia.press(page, "Envoyer mes réponses", {"q-unknown": "x"})
    assert "Ce formulaire ne correspond pas à ce quiz" in refused.words
    assert not Attempt.objects.get().answers.exists()


def test_certainty_is_asked_kept_and_counted(nadia, track, enrolment):
    quiz = make_quiz(track.get_children().first(), title="Certain", certainty=True, pass_mark=None)
    quiz.move(track.get_children().first(), "first-child")
    step = next(step for step in outline_by_pk(track.pk).steps if step.pk == quiz.pk)
    page = nadia.press(nadia.open(step.url), "Commencer le quiz")
    first, second, third = Attempt.objects.get().paper.questions
    fields = {f"q-{one.id}": one.right_response for one in (first, second, third)}
    fields[f"q-{third.id}"] = ["false"]
    fields |= {f"sure-{first.id}": "3", f"sure-{third.id}": "2"}
    page = nadia.press(page, "Enregistrer et continuer plus tard", fields)
    assert page.soup.select_one(f"[name='sure-{first.id}'][checked]")["value"] == "3"
    result = nadia.press(page, "Envoyer mes réponses")
    attempt = Attempt.objects.get()
    assert (attempt.score, attempt.max_score) == (3 + 1 - 2, 9)
    said = [one.get_text(" ", strip=True) for one in result.soup.select("article.result dl")]
    assert "Certitude Élevée : rapporte 3 points" in plain(said[0])
    assert "Certitude" not in said[1]
    assert "Certitude Moyenne : perd 2 points" in plain(said[2])
