"""Quizzes with open answers that somebody must read, and attempts that were sent."""

from courses.manuscripts import identity
from courses.outline import outline_by_pk
from learners import attempts
from tests.factories.courses import make_quiz, make_track
from tests.factories.learners import NOW, finish

TEXT = "Nous avons ouvert le garage le samedi."


def open_text(name="récit", *, criteria=(("Un fait", 2), ("Ce qu’on en tire", 1))):
    """An open question that an instructor reads, against these criteria and their points."""
    question = identity("question", name)
    return {
        "type": "open",
        "id": question,
        "value": {
            "prompt": f"<p>Racontez : {name}.</p>",
            "explanation": "<p>Le récit compte.</p>",
            "points": 1,
            "review": "instructor",
            "model_answer": "<p>Un récit court.</p>",
            "rubric": [
                {"type": "item", "id": identity(question, text), "value": {"text": text, "points": points}}
                for text, points in criteria
            ],
        },
    }


def make_open_track(site, *, questions=None, slug="essai", informal=False, **fields):
    """A track of one lesson and one quiz of one open question, with a pass mark of 60 %."""
    track = make_track(site, slug=slug, informal=informal, modules=((1, False),))
    make_quiz(track.get_children().first(), **{"title": "Un récit", "questions": questions or [open_text()], **fields})
    return track


def answered(row, *, at=NOW, text=TEXT):
    """The attempt of somebody who read the lesson and sent the quiz."""
    finish(row, steps=1, at=at)
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=outline_by_pk(row.track_id).steps[1].pk, at=at)
    responses = {question.id: text for question in attempt.paper.questions}
    return attempts.submit(attempt_pk=attempt.pk, responses=responses, at=at)


def levels_of(answer, *points):
    """These points, by criterion of the question of this answer."""
    question = answer.attempt.paper.question(answer.question_id)
    return {criterion.id: value for criterion, value in zip(question.criteria, points, strict=True)}
