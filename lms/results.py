"""What a learner may read about answers: nothing that the quiz does not show at that moment.

Everything here starts from the set of kinds that are shown (courses.reveal); what is not in it is
not put into the context at all, so no template can let it out.
"""

from dataclasses import dataclass

from courses.grading import finished, mark_of
from courses.quizzes import Question
from courses.reveal import ANSWERS, FEEDBACK, MARKS, SCORE, SOLUTIONS, moment_of
from courses.typography import jour


@dataclass(frozen=True)
class Result:
    """One question of an attempt that was sent, or that was checked on the way; empty is « not shown »."""

    number: int
    total: int
    question: Question
    mark: str
    given: str
    right_text: str
    model_answer: str
    remark: str
    explanation: str
    points: float | None = None
    max_points: int | None = None
    tries: int = 0
    certainty: int | None = None
    # What a human said of it: (criterion, points earned) pairs, and a comment.
    levels: tuple = ()
    comment: str = ""


@dataclass(frozen=True)
class Feedback:
    """What a checked question answers back; ``finished`` when no try is left."""

    finished: bool
    mark: str
    given: str
    remark: str
    hint: str
    tries_left: int
    right_text: str
    model_answer: str
    explanation: str


@dataclass(frozen=True)
class Past:
    """An attempt that was sent, in the list of attempts."""

    attempt: object
    shows_score: bool


def shown_of(page, attempt, *, closes_at, now):
    """The kinds of information that this attempt shows now."""
    return page.revealed(moment_of(submitted_at=attempt.submitted_at, closes_at=closes_at, now=now))


def past_of(page, attempts, *, closes_at, now):
    """The attempts that were sent, newest first, with what may be said of each."""
    return [
        Past(attempt=one, shows_score=SCORE in shown_of(page, one, closes_at=closes_at, now=now))
        for one in attempts
        if one.submitted_at is not None
    ]


def results_of(attempt, shown):
    """One Result per question."""
    answers = {answer.question_id: answer for answer in attempt.answers.select_related("review")}
    questions = attempt.paper.questions
    return [
        _result(number, len(questions), question, answers[question.id], shown)
        for number, question in enumerate(questions, start=1)
    ]


def _result(number, total, question, answer, shown):
    marked = MARKS in shown
    return Result(
        number=number,
        total=total,
        question=question,
        mark=answer.mark if marked else "",
        points=answer.points if marked and SCORE in shown else None,
        max_points=answer.max_points if marked and SCORE in shown else None,
        tries=len(answer.tries) if marked else 0,
        certainty=answer.certainty if ANSWERS in shown else None,
        given=answer.said if ANSWERS in shown else "",
        **_lesson(question, answer.mark, answer.response, shown),
        **_said_of(question, answer, shown),
    )


def _said_of(question, answer, shown):
    """What a human gave and wrote, once it is given and where comments are shown."""
    review = getattr(answer, "review", None)
    if FEEDBACK not in shown or review is None or review.graded_at is None:
        return {}
    return {"levels": levels_of(question, review), "comment": review.comment}


def levels_of(question, review):
    """(criterion, points earned) pairs of a review that was given."""
    return tuple((criterion, review.levels[criterion.id]) for criterion in question.criteria)


def _lesson(question, mark, response, shown):
    """The right answer, the comments and the explanation, as far as they are shown."""
    model_answer = getattr(question, "model_answer", "")
    solutions, feedback = SOLUTIONS in shown, FEEDBACK in shown
    return {
        "right_text": question.solution if solutions and not model_answer and mark != "right" else "",
        "model_answer": model_answer if solutions else "",
        "remark": question.remark(response) if feedback and response else "",
        "explanation": question.explanation if feedback else "",
    }


def feedback_on(question, answer, shown):
    """The Feedback of a question that was checked during the attempt; None before its first try."""
    if answer is None or not answer.tries:
        return None
    last, done = answer.tries[-1], finished(question, answer.tries)
    mark = mark_of(answered=True, fraction=last["fraction"], max_points=question.points)
    left = 0 if done else len(question.hints) + 1 - len(answer.tries)
    lesson = _lesson(question, mark, last["response"], shown)
    if not done:
        lesson |= {"right_text": "", "model_answer": "", "explanation": ""}
    return Feedback(
        finished=done,
        mark=mark if MARKS in shown else "",
        given=question.say(last["response"]),
        hint="" if done or FEEDBACK not in shown else question.hints[len(answer.tries) - 1],
        tries_left=left,
        **lesson,
    )


def when_more(page, shown, closes_at):
    """When more will be shown, as a French sentence; empty when nothing more will."""
    if page.revealed("later") - shown:
        return "D’autres informations seront montrées une heure après l’envoi."
    if closes_at is not None and page.revealed("closed") - shown:
        return f"D’autres informations seront montrées à la clôture du quiz, le {jour(closes_at)}."
    return ""
