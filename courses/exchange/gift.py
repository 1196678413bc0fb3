"""GIFT, the text format of Moodle: read as Moodle reads it, written so that Moodle and we read it back."""

import re

from courses.exchange import asides, building, markup
from courses.exchange.building import Answer, Candidate
from courses.exchange.found import Harvest, Skipped, Written, bounded, excerpt, flat, lines_of

# A backslash before one of these makes it an ordinary sign; before anything else it is itself.
ESCAPED = re.compile(r"\\([\\~=#{}:n])")
SPECIAL = re.compile(r"[\\~=#{}:]")
# Ordinary signs that were escaped, out of the way of the grammar while it is read.
SHELTER = {sign: chr(0xE000 + place) for place, sign in enumerate("\\~=#{}:\n")}
HIDDEN = str.maketrans(SHELTER)
SHOWN = str.maketrans({hidden: sign for sign, hidden in SHELTER.items()})
STRAYS = dict.fromkeys(map(ord, SHELTER.values()))

COMMENT = re.compile(r"\s*//")
CATEGORY = re.compile(r"\s*\$CATEGORY:\s*(.*)")
# A bracket that never closes is found too, and left out: nothing is read twice.
BRACKETS = re.compile(r"\[((?:\\.|[^\\\[\]])*)(\]?)")
ASIDE = re.compile(rf"\s*//\s*\[{asides.NAME}:(\{{.*\}})\]\s*$")
TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
KIND = re.compile(r"\s*\[(html|moodle|plain|markdown)\]\s*")
WEIGHT = re.compile(r"\s*%(-?\d+(?:[.,]\d+)?)%")
TRUTH = re.compile(r"(T|TRUE|F|FALSE)\s*(#.*)?", re.IGNORECASE | re.DOTALL)
BLANK = "_____"


def read(text):
    """What a GIFT text holds. Raises Unreadable."""
    harvest = Harvest()
    for line, body, tags, settings in questions(text.translate(STRAYS)):
        harvest.take(line, shown(body), lambda one=(line, body, tags, settings): question(*one))
    return harvest.found()


def questions(text):
    """(line number, text, tags, settings) of each question; a blank line ends it."""
    theme: tuple[str, ...] = ()
    start, rows, comments = 0, list[str](), list[str]()
    for number, row in lines_of(f"{text}\n"):
        category = CATEGORY.match(row)
        if COMMENT.match(row):
            comments.append(row)
        elif category and not rows:
            theme = theme_of(category[1])
        elif row.strip():
            start = start if rows else number
            rows.append(row)
        elif rows:
            yield start, "\n".join(rows), (*theme, *tags_of(comments)), settings_of(comments)
            rows, comments = [], []


def theme_of(category):
    """The last name of a category, as a tag; Moodle's own roots are none."""
    names = [name.strip() for name in re.split(r"(?<!/)/(?!/)", category)]
    names = [name for name in names if name and name != "top" and not name.startswith("$")]
    return (names[-1].replace("//", "/"),) if names else ()


def tags_of(comments):
    """The tags that comments give."""
    found = [words for row in comments for words, closed in BRACKETS.findall(row) if closed]
    tags = [words.removeprefix("tag:") for words in found if words.startswith("tag:")]
    return tuple(re.sub(r"\\(.)", r"\1", tag).strip() for tag in tags)


def settings_of(comments):
    """The settings that we left in a comment."""
    found = [asides.read(match[1]) for row in comments if (match := ASIDE.match(row))]
    return found[-1] if found else {}


def shown(text):
    """The text with its escaped signs."""
    return ESCAPED.sub(lambda match: "\n" if match[1] == "n" else match[1], text)


def question(line, body, tags, settings):
    """The entry of one question. Raises Skipped."""
    body = ESCAPED.sub(lambda match: SHELTER["\n" if match[1] == "n" else match[1]], bounded(body))
    title = TITLE.match(body)
    body = body[title.end() :] if title else body
    body, kind = formatted(body, "moodle")
    before, inside, after = braces(body)
    inside, explanation = general_feedback(inside, kind)
    prompt = f"{before.rstrip()} {BLANK} {after.lstrip()}" if re.search(r"\w", after) else f"{before}{after}"
    candidate = Candidate(
        line=line,
        title=restored(title[1]) if title else "",
        prompt=rich(prompt, kind),
        explanation=explanation,
        tags=tags,
        settings=settings,
        notices=markup.losses(restored(body)),
    )
    return candidate.entry(answered(candidate, inside.strip(), kind))


def braces(body):
    """What stands before, inside and after the braces. Raises Skipped."""
    opening, closing = body.find("{"), body.find("}")
    if opening < 0 and closing < 0:
        raise Skipped("C’est un texte sans question : il n’a pas d’accolades.")
    if opening < 0:
        raise Skipped("Une accolade se ferme sans s’être ouverte.")
    if closing < opening:
        raise Skipped("L’accolade ouverte ne se ferme pas avant la ligne vide qui suit.")
    if body.find("{", opening + 1) >= 0 or body.find("}", closing + 1) >= 0:
        raise Skipped("Il y a plus d’une paire d’accolades : écrivez \\{ et \\} celles qui font partie du texte.")
    return body[:opening], body[opening + 1 : closing], body[closing + 1 :]


def general_feedback(inside, kind):
    """(the answers, the explanation)."""
    answers, _, words = inside.partition("####")
    return answers, rich(*formatted(words, kind))


def answered(candidate, inside, kind):
    """The question that these answers make. Raises Skipped."""
    if not inside:
        return building.open_text(candidate)
    if inside.startswith("#"):
        return numerical(candidate, inside[1:])
    truth = TRUTH.fullmatch(inside)
    if truth:
        return building.true_false(candidate, truth[1].upper().startswith("T"), [truth[2]])
    head, *parts = re.split(r"([=~])", inside)
    if head.strip() or not parts:
        raise Skipped("Chaque réponse commence par = (juste) ou ~ (fausse).")
    marks, texts = parts[::2], parts[1::2]
    if "~" not in marks and all("->" in text for text in texts):
        return building.matching(candidate, [couple(text, kind) for text in texts])
    answers = [answer(mark, text, kind) for mark, text in zip(marks, texts, strict=True)]
    if "~" not in marks:
        return building.short_text(candidate, answers)
    return building.choice(candidate, answers, several="=" not in marks)


def answer(mark, text, kind):
    """The Answer of « =text#feedback » or « ~%50%text »."""
    weight = WEIGHT.match(text)
    text = text[weight.end() :] if weight else text
    words, _, feedback = text.partition("#")
    value = float(weight[1].replace(",", ".")) if weight else 100.0 * (mark == "=")
    words = single_line(words, kind)
    if not words:
        raise Skipped("Une réponse est vide.")
    return Answer(text=words, weight=value, feedback=single_line(feedback, kind))


def couple(text, kind):
    """(element, counterpart) of « element -> counterpart »."""
    element, _, match = text.partition("->")
    return single_line(element, kind), single_line(match, kind)


def numerical(candidate, inside):
    """A number: « 12:0.5 », « 11..13 », or several « =%50%12:2 »."""
    texts = inside.split("=")
    if texts[0].strip() and len(texts) > 1:
        raise Skipped("Chaque valeur commence par =.")
    answers = [value(text) for text in (texts if len(texts) == 1 else texts[1:])]
    return building.number(candidate, answers)


def value(text):
    """(value, tolerance, weight, feedback) of one numerical answer."""
    weight = WEIGHT.match(text)
    text = restored(text[weight.end() :] if weight else text)
    words, _, feedback = text.partition("#")
    if ".." in words:
        low, high = (building.decimal(end) for end in words.split("..", 1))
        figures = (low + high) / 2, abs(high - low) / 2
    else:
        middle, _, around = words.partition(":")
        figures = building.decimal(middle), building.decimal(around) if around.strip() else building.decimal("0")
    return (*figures, float(weight[1].replace(",", ".")) if weight else 100.0, feedback.strip())


def formatted(text, kind):
    """(text, kind) where a text may say its own kind."""
    own = KIND.match(text)
    return (text[own.end() :], own[1]) if own else (text, kind)


def restored(text):
    """The text with the signs that were sheltered."""
    return text.translate(SHOWN).strip()


def rich(text, kind):
    """The rich text of a text of that kind; lines that the author only wrapped are one."""
    if kind != "markdown":
        text = flat(text)
    if kind == "moodle" and "<" not in text:
        kind = "plain"
    return markup.rich(restored(text), kind)


def single_line(text, kind):
    """The plain text of an answer."""
    text, kind = formatted(text, kind)
    text = restored(flat(text))
    return markup.line(text, "plain" if "<" not in text and kind == "moodle" else kind)


def write(entries, *, remark=""):
    """The entries as a GIFT text, below a remark on one line; what it cannot hold is told."""
    parts, left_out, reduced = [], [], []
    for entry in entries:
        try:
            parts.append(written(entry))
        except Skipped as reason:
            left_out.append((entry.title, str(reason)))
        else:
            if entry.question.illustrated:
                reduced.append((entry.title, "GIFT ne porte ni image ni enregistrement, ni texte sous une réponse."))
    text = "\n".join([f"// {remark}\n", *parts] if remark else parts)
    return Written(text=text, left_out=tuple(left_out), reduced=tuple(reduced))


def written(entry):
    """One question. Raises Skipped."""
    question = entry.question
    writer = WRITERS.get(question.kind)
    if writer is None:
        raise Skipped(UNKNOWN[question.kind])
    aside = asides.aside(question)
    tags = (re.sub(r"[\\\[\]]", r"\\\g<0>", excerpt(tag)) for tag in entry.tags)
    comments = [f"// [tag:{tag}]\n" for tag in tags]
    comments += [f"// [{asides.NAME}:{aside}]\n"] if aside else []
    head = f"::{escape(excerpt(entry.title, building.LONGEST_TITLE))}::[html]{escape(question.prompt)}"
    feedback = f"\t####[html]{escape(question.explanation)}\n" if question.explanation else ""
    answers = "".join(f"\t{row}\n" for row in writer(question))
    return f"{''.join(comments)}{head}{{{first(question)}\n{answers}{feedback}}}\n"


def first(question):
    """What opens the braces of the types that do not begin with = or ~."""
    if question.kind == "number":
        return f"#{question.value:f}:{question.margin:f}"
    if question.kind == "true_false":
        return "TRUE" if question.answer else "FALSE"
    return ""


def escape(text):
    """The text with nothing special left in it, on one line."""
    return SPECIAL.sub(r"\\\g<0>", text).replace("\n", "\\n")


def said(text):
    """A plain text as an answer; it says that it is one when it could be taken for HTML."""
    text = text.strip()
    return ("[plain]" if re.match(r"\[|.*[<&]", text) else "") + escape(text)


def choices(question):
    """One row per proposed answer."""
    right = [choice.correct for choice in question.choices]
    for choice in question.choices:
        feedback = f" #{said(choice.feedback)}" if choice.feedback else ""
        yield f"{mark(question, choice, right)}{said(choice.text)}{feedback}"


def mark(question, choice, right):
    """What announces an answer and its weight; a text that begins like a weight needs one."""
    if question.kind == "single":
        weight = "" if not choice.text.startswith("%") else "%100%" if choice.correct else "%0%"
        return ("=" if choice.correct else "~") + weight
    return f"~%{building.share(weight_of(question, choice, right))}%"


def weight_of(question, choice, right):
    """The share of the points, in per cent, that a tick gives or takes on other platforms."""
    if choice.correct:
        return 100 / sum(right)
    return -100 / right.count(False) if question.scoring == "each" else -100


def texts(question):
    """One row per accepted text."""
    return (f"=%100%{said(building.starred(text))}" for text in question.accepted)


def pairs(question):
    """One row per pair."""
    couples = [(pair.text, pair.match) for pair in question.pairs] + [("", extra) for extra in question.extras]
    return couple_rows(couples)


def couple_rows(couples):
    """« =element -> counterpart » rows; an arrow cannot be escaped."""
    if any("->" in text for couple in couples for text in couple):
        raise Skipped("GIFT ne sait pas écrire « -> » dans une paire.")
    return [f"={said(text)} -> {said(match)}" for text, match in couples]


WRITERS = {
    "single": choices,
    "multiple": choices,
    "true_false": lambda question: (),
    "short_text": texts,
    "number": lambda question: (),
    "matching": pairs,
    "sorting": lambda question: couple_rows(asides.as_matching(question)),
    "open": lambda question: (),
}
UNKNOWN = {
    "ordering": "GIFT n’a pas de remise en ordre : choisissez Moodle XML.",
    "gaps": "GIFT n’a pas de texte à trous comme celui-ci : choisissez Moodle XML.",
    "opinion": "GIFT n’a pas de question d’avis.",
}
