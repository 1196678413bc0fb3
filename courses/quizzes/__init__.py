"""What a quiz is, as plain frozen values: no Django, no people.

A quiz is written in Wagtail (courses.blocks), frozen here, stored as JSON by the content hash, and
read back by the same strict schema, which refuses unknown keys.

Direction: spelling and figures know nothing; base builds on spelling; choices, typed and placing are the types of
question; quiz holds them all.
"""

from courses.quizzes.base import BaseQuestion, Choice, Item, Picture, Response, Sound, plain
from courses.quizzes.choices import ChoiceQuestion, MultipleChoice, Opinion, SingleChoice, TrueFalse
from courses.quizzes.placing import Category, Gap, Gaps, Matching, Ordering, Pair, PlacingQuestion, Sorting
from courses.quizzes.quiz import TYPES, Draw, Question, Quiz, question_from
from courses.quizzes.typed import Criterion, Number, OpenText, ShortText, TypedQuestion

__all__ = [
    "TYPES",
    "BaseQuestion",
    "Category",
    "Choice",
    "ChoiceQuestion",
    "Criterion",
    "Draw",
    "Gap",
    "Gaps",
    "Item",
    "Matching",
    "MultipleChoice",
    "Number",
    "OpenText",
    "Opinion",
    "Ordering",
    "Pair",
    "Picture",
    "PlacingQuestion",
    "Question",
    "Quiz",
    "Response",
    "ShortText",
    "SingleChoice",
    "Sorting",
    "Sound",
    "TrueFalse",
    "TypedQuestion",
    "plain",
    "question_from",
]
