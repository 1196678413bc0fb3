"""What answers are worth: a pure function of the quiz and the responses.

With certainty (certainty-based marks, the scheme of Moodle's question_cbm): a right answer earns
once, twice or three times its points for a low, medium or high certainty, and a wrong one loses
nothing, twice or six times the points. No certainty given is a low one. The scheme is honest: saying
how sure one really is pays best, the turns being at two chances in three and four in five. A
question may therefore count below zero; a whole attempt never does.

In a formative quiz, each earlier wrong try costs the penalty of the quiz, down to nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from courses.quizzes import Quiz, Response

# certainty: (share of the points for a right answer, share lost by a wrong one)
CERTAINTY_MARKS = {1: (1, 0), 2: (2, -2), 3: (3, -6)}
NEARLY_NOTHING = 1e-7


@dataclass(frozen=True)
class Grade:
    """The worth of one response. ``points`` is None while a human must look."""

    question_id: str
    fraction: float | None
    points: float | None
    max_points: int
    answered: bool

    @property
    def right(self):
        """Whether the response was entirely right."""
        return self.max_points > 0 and self.fraction is not None and self.fraction >= 1

    @property
    def mark(self):
        """One word for screens: blank, noted (nothing at stake), review, right, partly or again."""
        return mark_of(answered=self.answered, fraction=self.fraction, max_points=self.max_points)


def mark_of(*, answered, fraction, max_points):
    """How an answer of that worth is called: blank, noted, review, right, partly or again."""
    if not answered:
        return "blank"
    if not max_points:
        return "noted"
    if fraction is None:
        return "review"
    if fraction >= 1 - NEARLY_NOTHING:
        return "right"
    return "partly" if fraction > NEARLY_NOTHING else "again"


@dataclass(frozen=True)
class Result:
    """The worth of an attempt.

    ``score`` counts what is known. ``passed`` is None when the quiz has no pass mark, and while
    ``awaiting`` reviews could still decide.
    """

    grades: tuple[Grade, ...]
    score: float
    max_score: int
    passed: bool | None
    awaiting: int = 0

    @property
    def percent(self):
        """The score out of 100."""
        return percent(self.score, self.max_score)


def percent(score: float, max_score: int) -> float:
    """``score`` out of 100; 100 for an empty quiz, which nobody can fail."""
    return 100 * score / max_score if max_score else 100.0


def grade(
    quiz: Quiz,
    responses: Mapping[str, Response],
    *,
    certainties: Mapping[str, int] | None = None,
    tries: Mapping[str, int] | None = None,
    reviews: Mapping[str, float] | None = None,
) -> Result:
    """Grade the responses, keyed by question id; a missing or blank one earns nothing.

    ``certainties`` says how sure the learner was (1 to 3), ``tries`` how many wrong tries came
    before the response, ``reviews`` the fraction that a human gave. Responses to questions that
    the quiz does not hold are ignored here; the verb that receives them refuses them first.
    """
    grades = tuple(
        _grade_one(quiz, question, responses, certainties or {}, tries or {}, reviews or {})
        for question in quiz.questions
    )
    score = max(0.0, sum(one.points for one in grades if one.points is not None))
    open_points = sum(one.max_points for one in grades if one.points is None)
    return Result(
        grades=grades,
        score=score,
        max_score=quiz.max_score,
        passed=_passed(quiz, score, open_points),
        awaiting=sum(one.points is None for one in grades),
    )


def _grade_one(quiz, question, responses, certainties, tries, reviews):
    response = responses.get(question.id, question.blank)
    fraction = quiz.fraction(question, response)
    if fraction is None:
        fraction = reviews.get(question.id)
    elif tries.get(question.id):
        fraction = max(0.0, fraction - quiz.penalty / 100 * tries[question.id])
    points = None if fraction is None else question.points * fraction
    if points is not None and response and quiz.asks_certainty(question):
        points = question.points * certainty_mark(fraction, certainties.get(question.id))
    return Grade(
        question_id=question.id,
        fraction=fraction,
        points=points,
        max_points=quiz.max_points(question),
        answered=bool(response),
    )


def certainty_mark(fraction: float, certainty: int | None) -> float:
    """How many times its points an answer of that worth earns, or loses, with that certainty."""
    gain, loss = CERTAINTY_MARKS[certainty or 1]
    return gain * fraction if fraction > NEARLY_NOTHING else loss


def _passed(quiz, score, open_points):
    """Whether the pass mark is reached, is out of reach, or depends on what is still to be reviewed."""
    if quiz.pass_mark is None:
        return None
    if percent(score, quiz.max_score) >= quiz.pass_mark:
        return True
    return None if open_points and percent(score + open_points, quiz.max_score) >= quiz.pass_mark else False


def finished(question, tries) -> bool:
    """Whether a question that is checked as one goes takes no more tries.

    ``tries`` lists what was checked, oldest first, as dictionaries with response and fraction.
    """
    if not tries:
        return False
    return not question.scored or tries[-1]["fraction"] >= 1 or len(tries) > len(question.hints)


def earlier(tries, response) -> int:
    """How many tries came before this response."""
    return len(tries) - (bool(tries) and tries[-1]["response"] == response)


def counted(method: str, percents: Iterable[float]) -> float | None:
    """The per cent that counts among those of the attempts, first to last: best, last, first or average."""
    every = list(percents)
    if not every:
        return None
    match method:
        case "last":
            return every[-1]
        case "first":
            return every[0]
        case "average":
            return sum(every) / len(every)
    return max(every)
