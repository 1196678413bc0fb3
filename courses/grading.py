"""What answers are worth: a pure function of the quiz and the responses."""

from dataclasses import dataclass

from courses.quizzes import Quiz, Response


@dataclass(frozen=True)
class Grade:
    """The worth of one response. ``points`` lie between 0 and ``max_points``."""

    question_id: str
    points: float
    max_points: int
    answered: bool

    @property
    def right(self):
        """Whether the response earned everything."""
        return self.points == self.max_points


@dataclass(frozen=True)
class Result:
    """The worth of an attempt. ``passed`` is None when the quiz has no pass mark."""

    grades: tuple[Grade, ...]
    score: float
    max_score: int
    passed: bool | None

    @property
    def percent(self):
        """The score out of 100."""
        return percent(self.score, self.max_score)


def percent(score: float, max_score: int) -> float:
    """``score`` out of 100; 100 for an empty quiz, which nobody can fail."""
    return 100 * score / max_score if max_score else 100.0


def grade(quiz: Quiz, responses: dict[str, Response]) -> Result:
    """Grade the responses, keyed by question id; a missing or blank one earns nothing.

    Responses to questions that the quiz does not hold are ignored here; the verb that receives
    them refuses them first.
    """
    grades = tuple(
        Grade(
            question_id=question.id,
            points=question.points * question.fraction(responses.get(question.id, [])),
            max_points=question.points,
            answered=bool(responses.get(question.id)),
        )
        for question in quiz.questions
    )
    score = sum(one.points for one in grades)
    reached = quiz.pass_mark is None or percent(score, quiz.max_score) >= quiz.pass_mark
    return Result(
        grades=grades,
        score=score,
        max_score=quiz.max_score,
        passed=None if quiz.pass_mark is None else reached,
    )
