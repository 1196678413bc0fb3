"""Quizzes and responses of every shape, for the properties."""

from hypothesis import strategies as st

from courses.quizzes import Choice, MultipleChoice, Quiz, SingleChoice, TrueFalse

TEXT = st.text(min_size=1, max_size=12)
POINTS = st.integers(min_value=1, max_value=20)


def choices(right):
    """Proposed answers; ``right`` holds the positions of the right ones."""
    return lambda total: [
        Choice(id=f"c{position}", text=f"réponse {position}", correct=position in right) for position in range(total)
    ]


@st.composite
def single_choices(draw, number):
    """A question with one right choice."""
    total = draw(st.integers(min_value=2, max_value=6))
    right = draw(st.integers(min_value=0, max_value=total - 1))
    return SingleChoice(
        id=f"q{number}", prompt=draw(TEXT), explanation="…", points=draw(POINTS), choices=choices({right})(total)
    )


@st.composite
def multiple_choices(draw, number):
    """A question with at least one right choice."""
    total = draw(st.integers(min_value=2, max_value=6))
    right = draw(st.sets(st.integers(min_value=0, max_value=total - 1), min_size=1))
    return MultipleChoice(
        id=f"q{number}", prompt=draw(TEXT), explanation="…", points=draw(POINTS), choices=choices(right)(total)
    )


@st.composite
def true_falses(draw, number):
    """A true-or-false question."""
    return TrueFalse(
        id=f"q{number}", prompt=draw(TEXT), explanation="…", points=draw(POINTS), answer=draw(st.booleans())
    )


PASS_MARKS = st.none() | st.integers(min_value=1, max_value=100)


@st.composite
def quizzes(draw, min_size=0):
    """A quiz that an author could write."""
    count = draw(st.integers(min_value=min_size, max_value=6))
    kinds = [draw(st.sampled_from([single_choices, multiple_choices, true_falses])) for _ in range(count)]
    questions = tuple(draw(kind(number)) for number, kind in enumerate(kinds))
    return Quiz(title=draw(TEXT), pass_mark=draw(PASS_MARKS), questions=questions)


@st.composite
def responses(draw, quiz):
    """Responses that our own form could send, some blank, some missing."""
    given = {}
    for question in quiz.questions:
        ids = [option.id for option in question.options]
        most = len(ids) if question.kind == "multiple" else 1
        if draw(st.booleans()):
            given[question.id] = draw(st.lists(st.sampled_from(ids), max_size=most, unique=True))
    return given
