"""Questions → Moodle XML."""

import re
from html import escape
from xml.sax.saxutils import escape as xml_escape

from courses.exchange import asides, building, gift
from courses.exchange.found import Written, excerpt

# Signs that no XML document may hold, even escaped.
ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write(entries, *, remark=""):
    """The entries as a Moodle XML text, below a remark without dashes; what it cannot hold is told."""
    parts, left_out, reduced = [], [], []
    for entry in entries:
        if entry.question.kind == "opinion":
            left_out.append((entry.title, "Moodle n’a pas de question d’avis."))
            continue
        parts.append(written(entry))
        if entry.question.illustrated:
            left = "Les images, les enregistrements et les textes placés sous une réponse ne sont pas exportés."
            reduced.append((entry.title, left))
    head = f"<!-- {remark} -->\n" if remark else ""
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{head}{"".join(parts)}</quiz>\n'
    return Written(text=text, left_out=tuple(left_out), reduced=tuple(reduced))


def written(entry):
    """One question."""
    question = entry.question
    kind, rows = WRITERS[question.kind](question)
    aside = asides.aside(question, written=("hints", "model_answer"))
    prompt = question.prompt + cloze_text(question) if question.kind == "gaps" else question.prompt
    body = [
        f"<?{asides.NAME} {aside}?>" if aside else "",
        held("name", excerpt(entry.title, building.LONGEST_TITLE), kind=None),
        held("questiontext", prompt),
        held("generalfeedback", question.explanation),
        f"<defaultgrade>{question.points}</defaultgrade>",
        "<penalty>0.3333333</penalty>",
        *rows,
        *(held("hint", hint) for hint in question.hints),
        f"<tags>{''.join(held('tag', tag, kind=None) for tag in entry.tags)}</tags>" if entry.tags else "",
    ]
    return f'<question type="{kind}">\n{"".join(f"  {row}{chr(10)}" for row in body if row)}</question>\n'


def data(text):
    """A text as XML data, without the signs that XML forbids."""
    return xml_escape(ILLEGAL.sub("", text).replace("\r", ""))


def held(tag, text, *, kind="html", inside="", **attributes):
    """An element that holds a <text>."""
    attributes |= {"format": kind} if kind else {}
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{said}><text>{data(text)}</text>{inside}</{tag}>"


def answer(text, share, feedback="", *, inside="", kind="plain_text"):
    """An answer with its fraction; our choices are plain text."""
    inside += held("feedback", feedback, kind="plain_text")
    return held("answer", text, kind=kind, inside=inside, fraction=building.share(share))


def write_choice(question):
    """One right choice, or several."""
    single = question.kind == "single"
    right = [choice.correct for choice in question.choices]
    shares = [
        100 * choice.correct if single else gift.weight_of(question, choice, right) for choice in question.choices
    ]
    return "multichoice", [
        f"<single>{str(single).lower()}</single>",
        "<shuffleanswers>true</shuffleanswers>",
        "<answernumbering>none</answernumbering>",
        *(answer(choice.text, share, choice.feedback) for choice, share in zip(question.choices, shares, strict=True)),
    ]


def write_true_false(question):
    """True or false."""
    return "truefalse", [answer("true", 100 * question.answer), answer("false", 100 * (not question.answer))]


def write_short_text(question):
    """A few words."""
    exact = "case" not in question.forgive
    return "shortanswer", [
        f"<usecase>{int(exact)}</usecase>",
        *(answer(building.starred(text), 100) for text in question.accepted),
    ]


def write_number(question):
    """A number."""
    units = "".join(
        f"<unit><multiplier>1</multiplier><unit_name>{data(unit)}</unit_name></unit>" for unit in question.units
    )
    return "numerical", [
        answer(f"{question.value:f}", 100, inside=f"<tolerance>{question.margin:f}</tolerance>"),
        f"<units>{units}</units>" if units else "",
    ]


def write_couples(couples):
    """Pairs, as an association of Moodle."""
    return "matching", [
        "<shuffleanswers>true</shuffleanswers>",
        *(
            held("subquestion", text, kind="plain_text", inside=held("answer", match, kind=None))
            for text, match in couples
        ),
    ]


def write_matching(question):
    """Pairs, and the counterparts of nothing."""
    return write_couples(
        [(pair.text, pair.match) for pair in question.pairs] + [("", extra) for extra in question.extras]
    )


def write_ordering(question):
    """Items in the right order."""
    grading = "RELATIVE_NEXT_EXCLUDE_LAST" if question.scoring == "each" else "ALL_OR_NOTHING"
    return "ordering", [
        "<layouttype>VERTICAL</layouttype>",
        "<selecttype>ALL</selecttype>",
        "<selectcount>0</selectcount>",
        f"<gradingtype>{grading}</gradingtype>",
        *(answer(item.text, place) for place, item in enumerate(question.items, start=1)),
    ]


def write_open_text(question):
    """A text of one's own."""
    return "essay", [
        "<responseformat>editor</responseformat>",
        "<responserequired>1</responserequired>",
        held("graderinfo", question.model_answer),
    ]


def cloze_text(question):
    """The paragraph with gaps, in Moodle's own notation."""
    holes = [cloze_hole(gap) for gap in question.gaps]
    text = "".join(
        part
        for segment, gap in zip(question.segments, [*holes, ""], strict=True)
        for part in (escape(segment, quote=False), gap)
    )
    return f"<p>{text.replace(chr(10), '<br/>')}</p>"


def cloze_hole(gap):
    """A gap: accepted texts, and wrong ones where there is a list."""
    kind = "MULTICHOICE" if gap.wrong else "SHORTANSWER"
    marks = r'[\\~#}"]' if gap.wrong else r'[\\~#}"*]'  # in a text to type, a bare asterisk is any answer
    words = [f"%100%{cloze_word(word, marks)}" for word in gap.accepted]
    words += [f"%0%{cloze_word(word, marks)}" for word in gap.wrong]
    return f"{{1:{kind}:{'~'.join(words)}}}"


def cloze_word(word, marks):
    """A word with the marks of the notation escaped."""
    return escape(re.sub(marks, r"\\\g<0>", word), quote=False)


WRITERS = {
    "single": write_choice,
    "multiple": write_choice,
    "true_false": write_true_false,
    "short_text": write_short_text,
    "number": write_number,
    "matching": write_matching,
    "sorting": lambda question: write_couples(asides.as_matching(question)),
    "ordering": write_ordering,
    "gaps": lambda question: ("cloze", []),
    "open": write_open_text,
}
