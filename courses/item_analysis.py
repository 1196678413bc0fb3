"""How well the questions of a quiz tell learners apart: pure statistics on marks, no people.

The figures of questions and of the test are those of Moodle's quiz statistics report
(docs.moodle.org, « Quiz statistics calculations »; in Moodle's own code
question/classes/statistics/questions/calculator.php and
mod/quiz/report/statistics/classes/calculator.php), worked out here from their definitions. With x
the mark on a question, M its maximum and R the mark on the rest of the attempt, over S attempts,
variances and covariances divided by S - 1:

- facility = mean(x) / M;
- discrimination index = 100 cov(x, R) / √(var(x) var(R));
- discriminative efficiency = 100 cov(x, R) / the same covariance once x and R are both sorted;
- reliability = Cronbach's alpha = 100 p / (p - 1) (1 - Σ var(x) / var(total)) for p questions.

Here R is a share of what was at stake in the rest of the attempt. Where all meet the same questions
this changes none of the figures; with draws, it keeps a hard draw from counting as a low skill.

The interval of the facility is Wilson's (E. B. Wilson, « Probable inference, the law of succession,
and statistical inference », JASA 22, 1927), that of a correlation Fisher's (R. A. Fisher, « On the
probable error of a coefficient of correlation », Metron 1, 1921). The point-biserial of a choice is
the correlation between choosing it and R, population form, as in Canvas's item analysis.

In: for each attempt, what was given to each question. Out: shares between 0 and 1, indices in per
cent, or None where the figures do not determine them or are too few to mean anything. Nothing is
rounded.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import atanh, sqrt, tanh
from statistics import fmean, median
from string import ascii_uppercase

from courses.quizzes import ChoiceQuestion, Response

# Below these counts a figure says more about chance than about the question.
ENOUGH_FOR_FACILITY = 5
ENOUGH_FOR_DISCRIMINATION = 20

Z95 = 1.959963984540054  # two-sided 95 % of the normal law
NEARLY_NOTHING = 1e-12


@dataclass(frozen=True)
class Given:
    """What one attempt gave to one question; ``fraction`` is None while a human must look."""

    response: Response
    fraction: float | None
    blank: bool = False


@dataclass(frozen=True)
class Sitting:
    """One attempt: what it gave to each question that it met, by question id, and how long it took."""

    given: Mapping[str, Given]
    seconds: float


@dataclass(frozen=True)
class ChoiceFigures:
    """How a proposed answer fared. ``correct`` is None for an opinion; ``point_biserial`` is between -1 and 1."""

    letter: str
    text: str
    correct: bool | None
    count: int
    share: float
    point_biserial: float | None


@dataclass(frozen=True)
class ItemFigures:
    """How a question fared.

    ``met`` attempts had it, ``blank`` of them left it, ``waiting`` of them wait for a reader;
    ``count`` is how many answers the facility is about, 0 where nothing is scored.
    """

    number: int
    prompt: str
    scored: bool
    met: int
    blank: int
    waiting: int
    count: int
    facility: float | None = None
    facility_low: float | None = None
    facility_high: float | None = None
    discrimination: float | None = None
    discrimination_low: float | None = None
    discrimination_high: float | None = None
    efficiency: float | None = None
    choices: tuple[ChoiceFigures, ...] = ()


@dataclass(frozen=True)
class QuizFigures:
    """How a quiz fared over ``count`` attempts: its questions, its facility, its length, its reliability."""

    count: int
    facility: float | None
    median_seconds: float | None
    reliability: float | None
    items: tuple[ItemFigures, ...]


def covariance(left, right):
    """Sample covariance (divisor n - 1); None below two pairs."""
    if len(left) < 2:
        return None
    mean_left, mean_right = fmean(left), fmean(right)
    return sum((one - mean_left) * (two - mean_right) for one, two in zip(left, right, strict=True)) / (len(left) - 1)


def variance(values):
    """Sample variance (divisor n - 1); None below two values."""
    return covariance(values, values)


def wilson(successes, count):
    """Wilson's 95 % interval of a proportion, as (low, high); (None, None) without observation.

    ``successes`` may be a sum of fractions, as partial credit gives: the interval is then a little
    too wide, never too narrow.
    """
    if not count:
        return None, None
    share = successes / count
    centre = share + Z95**2 / (2 * count)
    half = Z95 * sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2))
    scale = 1 + Z95**2 / count
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def discrimination_index(marks, rests):
    """100 × the correlation between the mark on a question and the rest; None if either is constant."""
    if len(marks) < 2:
        return None
    spread = variance(marks) * variance(rests)
    if spread <= NEARLY_NOTHING:
        return None
    return 100 * covariance(marks, rests) / sqrt(spread)


def fisher(index, count):
    """Fisher's 95 % interval of a correlation in per cent over that many pairs, four at least, as (low, high)."""
    if abs(index) >= 100 * (1 - NEARLY_NOTHING):
        return index, index
    centre, half = atanh(index / 100), Z95 / sqrt(count - 3)
    return 100 * tanh(centre - half), 100 * tanh(centre + half)


def discriminative_efficiency(marks, rests):
    """100 × the covariance reached, over the best that these very marks could reach; None if that is 0."""
    best = covariance(sorted(marks), sorted(rests))
    if best is None or abs(best) <= NEARLY_NOTHING:
        return None
    return 100 * covariance(marks, rests) / best


def point_biserial(chosen, rests):
    """The correlation between choosing (booleans) and the rest; None if either is constant."""
    picked = [rest for yes, rest in zip(chosen, rests, strict=True) if yes]
    others = [rest for yes, rest in zip(chosen, rests, strict=True) if not yes]
    if not picked or not others:
        return None
    mean = fmean(rests)
    spread = fmean((rest - mean) ** 2 for rest in rests)
    if spread <= NEARLY_NOTHING:
        return None
    share = len(picked) / len(rests)
    return (fmean(picked) - fmean(others)) / sqrt(spread) * sqrt(share * (1 - share))


def cronbach_alpha(columns):
    """Cronbach's alpha in per cent, from the marks of each question; None below two questions or without spread."""
    count = len(columns)
    if count < 2 or len(columns[0]) < 2:
        return None
    spread = variance([sum(row) for row in zip(*columns, strict=True)])
    if spread <= NEARLY_NOTHING:
        return None
    return 100 * count / (count - 1) * (1 - sum(variance(column) for column in columns) / spread)


class Marked:
    """A sitting with its marks: the worth of each answer in points, whatever certainty did to the score."""

    def __init__(self, sitting, worth):
        self.given = sitting.given
        self.worth = worth
        self.marks = {
            key: worth[key] * one.fraction
            for key, one in sitting.given.items()
            if key in worth and one.fraction is not None
        }
        self.earned = sum(self.marks.values())
        self.stake = sum(worth[key] for key in self.marks)

    def rest(self, question_id):
        """The share earned of what was at stake elsewhere; None when nothing was."""
        stake = self.stake - (self.worth[question_id] if question_id in self.marks else 0)
        return (self.earned - self.marks.get(question_id, 0)) / stake if stake else None


def analyse(quiz, sittings) -> QuizFigures:
    """The figures of these first attempts at this quiz (courses.quizzes.Quiz).

    Attempts at another version of the quiz do not belong here: a changed question is another one.
    """
    worth = {question.id: question.points for question in quiz.questions if question.scored}
    marked = [Marked(sitting, worth) for sitting in sittings]
    shares = [one.earned / one.stake for one in marked if one.stake]
    return QuizFigures(
        count=len(marked),
        facility=fmean(shares) if len(shares) >= ENOUGH_FOR_FACILITY else None,
        median_seconds=median(one.seconds for one in sittings) if len(sittings) >= ENOUGH_FOR_FACILITY else None,
        reliability=_reliability(worth, marked),
        items=tuple(_item(number, question, marked) for number, question in enumerate(quiz.questions, start=1)),
    )


def _reliability(worth, marked):
    """Alpha over those who met every question and were read to the end: with draws, nobody."""
    whole = [one.marks for one in marked if one.marks.keys() == worth.keys()]
    if len(whole) < ENOUGH_FOR_DISCRIMINATION:
        return None
    return cronbach_alpha([[marks[key] for marks in whole] for key in worth])


def _item(number, question, marked):
    met = [one for one in marked if question.id in one.given]
    given = [one.given[question.id] for one in met]
    waiting = sum(one.fraction is None for one in given)
    # While answers wait for a reader, blank ones wait with them: alone, they would make the question look hard.
    judged = [one for one in met if question.id in one.marks and not (waiting and one.given[question.id].blank)]
    facility, low, high = _facility(question, judged)
    discrimination, efficiency, weakest, strongest = _discrimination(question, judged)
    return ItemFigures(
        number=number,
        prompt=question.summary,
        scored=question.scored,
        met=len(met),
        blank=sum(one.blank for one in given),
        waiting=waiting if question.scored else 0,
        count=len(judged),
        facility=facility,
        facility_low=low,
        facility_high=high,
        discrimination=discrimination,
        discrimination_low=weakest,
        discrimination_high=strongest,
        efficiency=efficiency,
        choices=_choices(question, met),
    )


def _facility(question, judged):
    if len(judged) < ENOUGH_FOR_FACILITY:
        return None, None, None
    share = fmean(one.marks[question.id] for one in judged) / question.points
    return share, *wilson(share * len(judged), len(judged))


def _discrimination(question, judged):
    pairs = [(one.marks[question.id], rest) for one in judged if (rest := one.rest(question.id)) is not None]
    if len(pairs) < ENOUGH_FOR_DISCRIMINATION:
        return None, None, None, None
    marks, rests = zip(*pairs, strict=True)
    index = discrimination_index(marks, rests)
    interval = (None, None) if index is None else fisher(index, len(pairs))
    return index, discriminative_efficiency(marks, rests), *interval


def _choices(question, met):
    """The proposed answers in the author's order; nothing for other questions, or for too few people."""
    if not isinstance(question, ChoiceQuestion) or len(met) < ENOUGH_FOR_FACILITY:
        return ()
    times = Counter(choice for one in met for choice in one.given[question.id].response)
    return tuple(
        ChoiceFigures(
            letter=letter,
            text=option.text,
            correct=option.correct if question.scored else None,
            count=times[option.id],
            share=times[option.id] / len(met),
            point_biserial=_pull(question, option, met) if question.scored else None,
        )
        for letter, option in zip(ascii_uppercase, question.options, strict=False)
    )


def _pull(question, option, met):
    """Whether those who do well elsewhere go for that choice."""
    pairs = [
        (option.id in one.given[question.id].response, rest)
        for one in met
        if (rest := one.rest(question.id)) is not None
    ]
    return point_biserial(*zip(*pairs, strict=True)) if len(pairs) >= ENOUGH_FOR_DISCRIMINATION else None
