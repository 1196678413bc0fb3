"""What a format has no place for, kept beside the question where other readers do not look.

A comment in GIFT, a processing instruction in XML: Moodle ignores both, we read them back, so that
a question that leaves and returns is the same question.
"""

import json

from pydantic import ValidationError

from courses.exchange.decoding import FOREIGN
from courses.quizzes import Category, Item, Matching, Sorting, question_from
from courses.quizzes.quiz import TYPES

NAME = "faire-alliance"
KEPT = ("points", "hints", "scoring", "forgive", "units", "unit_required", "review", "model_answer", "rubric")
FIELDS = {one.model_fields["kind"].default: one.model_fields for one in TYPES}


def aside(question, *, written=()):
    """The settings that are not the ordinary ones, without those that are ``written``: JSON, or nothing."""
    values = question.export()
    fields = FIELDS[question.kind]
    usual = type(question).model_construct().model_dump(mode="json", include=set(KEPT))
    found = {
        name: values[name]
        for name in KEPT
        if name in fields and name not in written and values[name] != usual.get(name)
    }
    if getattr(question, "relative", False):
        found |= {"tolerance": values["tolerance"], "relative": True}
    if question.kind == "multiple":
        # Weights alone would be read as another way to count.
        found["scoring"] = question.scoring
    if question.kind == "sorting":
        found["kind"] = "sorting"
    # No sign that could end a comment or an instruction.
    return json.dumps(found, ensure_ascii=True).replace(">", "\\u003e") if found else ""


def read(text):
    """The settings of an aside; nothing when it cannot be read."""
    try:
        values = json.loads(text)
        honest = all(sound(one) for one in said(values))
    except (ValueError, RecursionError):
        return {}
    return values if honest and isinstance(values, dict) else {}


def said(values):
    """Every text in these values."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, dict | list):
        for one in values.values() if isinstance(values, dict) else values:
            yield from said(one)


def sound(text):
    """Whether a database can hold this text: JSON can spell what no file of text contains."""
    return not FOREIGN.search(text)


def applied(question, settings):
    """The question with these settings; unchanged when they do not suit it."""
    if not settings:
        return question
    if settings.get("kind") == "sorting" and isinstance(question, Matching) and not question.extras:
        question = sorted_out(question)
    allowed = {*KEPT, "tolerance", "relative"} & set(FIELDS[question.kind])
    try:
        return question_from({**question.export(), **{k: v for k, v in settings.items() if k in allowed}})
    except ValidationError:
        return question


def as_matching(question):
    """A sorting as other platforms know it: each item with its category."""
    return [(item.text, category.text) for category in question.categories for item in category.items]


def sorted_out(question):
    """The reverse: elements that share a counterpart make a category."""
    categories: dict[str, list[Item]] = {}
    for pair in question.pairs:
        categories.setdefault(pair.match, []).append(Item(id=pair.id, text=pair.text))
    if len(categories) < 2:
        return question
    return Sorting(
        **question.model_dump(include={"id", "prompt", "explanation", "points", "hints", "scoring"}),
        categories=tuple(
            Category(id=f"c{number}", text=text, items=tuple(items))
            for number, (text, items) in enumerate(categories.items(), start=1)
        ),
    )
