"""Frozen questions → the values of the blocks in which authors go on writing them; the reverse of ``freeze``."""

from courses.exchange.building import gaps_text
from courses.manuscripts import identity


def block(question):
    """The StreamField value of this question: what ``versions.frozen_question`` reads."""
    value = {"prompt": question.prompt, "explanation": question.explanation, **OWN[question.kind](question)}
    if question.kind != "opinion":
        value |= {"points": question.points or 1, "hints": listed(question, "hint", question.hints)}
    return {"type": question.kind, "value": value, "id": identity(question.id)}


def listed(question, name, values):
    """A list as Wagtail stores it, each item with its own identifier."""
    return [
        {"type": "item", "id": identity(question.id, name, place), "value": value} for place, value in enumerate(values)
    ]


def choices(question):
    """Proposed answers."""
    values = [{"text": one.text, "correct": one.correct, "feedback": one.feedback} for one in question.choices]
    return {"choices": listed(question, "choice", values)}


def opinions(question):
    """Answers of which none is right."""
    return {"choices": listed(question, "choice", [{"text": one.text} for one in question.choices])}


def short_text(question):
    """A few words."""
    return {"accepted": listed(question, "accepted", question.accepted), "forgive": list(question.forgive)}


def number(question):
    """A number."""
    return {
        "value": str(question.value),
        "tolerance": str(question.tolerance),
        "relative": question.relative,
        "units": listed(question, "unit", question.units),
        "unit_required": question.unit_required,
    }


def matching(question):
    """Pairs, and the counterparts of nothing."""
    pairs = [{"text": pair.text, "match": pair.match} for pair in question.pairs]
    return {
        "pairs": listed(question, "pair", pairs),
        "extras": listed(question, "extra", question.extras),
        "scoring": question.scoring,
    }


def sorting(question):
    """Categories and their items."""
    values = [
        {"text": category.text, "items": listed(question, category.id, [item.text for item in category.items])}
        for category in question.categories
    ]
    return {"categories": listed(question, "category", values), "scoring": question.scoring}


def gaps(question):
    """A text with gaps, as the editor shows it."""
    text = gaps_text(question.segments, question.gaps)
    return {"text": text, "forgive": list(question.forgive), "scoring": question.scoring}


def open_text(question):
    """A text of one's own."""
    rubric = [{"text": one.text, "points": one.points} for one in question.rubric]
    return {
        "review": question.review,
        "model_answer": question.model_answer,
        "rubric": listed(question, "criterion", rubric),
    }


OWN = {
    "single": choices,
    "multiple": lambda question: choices(question) | {"scoring": question.scoring},
    "true_false": lambda question: {"answer": str(question.answer).lower()},
    "short_text": short_text,
    "number": number,
    "matching": matching,
    "ordering": lambda question: {
        "items": listed(question, "item", [item.text for item in question.items]),
        "scoring": question.scoring,
    },
    "sorting": sorting,
    "gaps": gaps,
    "open": open_text,
    "opinion": opinions,
}
