"""Moodle XML → questions. A document type is refused before anything is expanded."""

import re
from dataclasses import dataclass, field
from html import unescape
from xml.parsers import expat

from courses.exchange import asides, building, gift, markup
from courses.exchange.building import Answer, Candidate
from courses.exchange.found import Harvest, Skipped, Unreadable, bounded, excerpt

DEEPEST = 30
MOST_ELEMENTS = 100_000  # two hundred for each question of a full file
# At most so many signs: a hole that never closes would be read again from each brace.
CLOZE = re.compile(r"\{(\d{0,3}):([A-Z_]{1,20}):((?:\\.|[^\\}]){0,2000})\}", re.DOTALL)
CLOZE_ANSWER = re.compile(r"\s*(?:%(-?\d+(?:\.\d+)?)%|(=))?((?:\\.|[^\\#])*)(.*)", re.DOTALL)
# How Moodle counts an order; what we write ourselves is read without a word.
ALL_PLACED = {"ALL_OR_NOTHING", "-1"}
EACH_PLACED = {"ABSOLUTE_POSITION", "RELATIVE_NEXT_EXCLUDE_LAST"}
CLOZE_LISTS = {f"MULTICHOICE{end}" for end in ("", "_V", "_H", "_S", "_VS", "_HS")}
CLOZE_LISTS |= {f"MC{end}" for end in ("", "V", "H", "S", "VS", "HS")}
CLOZE_TEXTS = {"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"}
UNKNOWN = {
    "description": "C’est un texte sans question.",
    "calculated": "Les questions calculées n’existent pas ici.",
    "calculatedsimple": "Les questions calculées n’existent pas ici.",
    "calculatedmulti": "Les questions calculées n’existent pas ici.",
    "randomsamatch": "Les questions tirées au hasard se composent ici dans le quiz.",
    "random": "Les questions tirées au hasard se composent ici dans le quiz.",
}


@dataclass
class Element:
    """An element with the line on which it begins."""

    tag: str
    attributes: dict
    line: int
    children: list = field(default_factory=list)
    words: list = field(default_factory=list)
    asides: list = field(default_factory=list)

    @property
    def text(self):
        """Its own text."""
        return "".join(self.words)

    @property
    def source(self):
        """All that it says, names of elements included, attached files apart: what makes it long to read."""
        own = [self.tag, *self.attributes, *self.attributes.values(), *self.words, *self.asides]
        return "".join([*own, *(child.source for child in self.children if child.tag != "file")])

    def all(self, tag):
        """Its children of that name."""
        return [child for child in self.children if child.tag == tag]

    def get(self, *tags):
        """The first descendant at that path; an empty element when there is none."""
        found = self
        for tag in tags:
            found = next(iter(found.all(tag)), None) or Element(tag, {}, self.line)
        return found

    def value(self, *tags):
        """The text at that path, without its blanks."""
        return self.get(*tags).text.strip()


class Tree:
    """Builds elements while expat reads; nothing is fetched, nothing is expanded."""

    def __init__(self):
        self.open, self.count = [Element("", {}, 0)], 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.speak
        self.parser.ProcessingInstructionHandler = self.instruct
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse

    def start(self, tag, attributes):
        """A new element below the one that is open."""
        if len(self.open) > DEEPEST:
            raise Unreadable("Ce fichier XML est trop imbriqué pour être une banque de questions.")
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise Unreadable(f"Ce fichier XML contient plus de {MOST_ELEMENTS} éléments. Partagez-le.")
        element = Element(tag, attributes, self.parser.CurrentLineNumber)
        self.open[-1].children.append(element)
        self.open.append(element)

    def end(self, tag):
        """The element is complete."""
        self.open.pop()

    def speak(self, words):
        """A piece of the text of the element that is open."""
        self.open[-1].words.append(words)

    def instruct(self, target, words):
        """What we left for ourselves."""
        if target == asides.NAME:
            self.open[-1].asides.append(words)

    def refuse(self, *declared):
        """No bank of questions needs a document type; bombs do."""
        raise Unreadable(
            "Ce fichier XML déclare un DOCTYPE ou des entités : par sécurité, il n’est pas lu. "
            "Un export de Moodle n’en contient pas."
        )

    def read(self, text):
        """The root of this document. Raises Unreadable."""
        try:
            # A text is no longer in the encoding that its first line declares.
            self.parser.Parse(re.sub(r"^\s*<\?xml[^>]*\?>", lambda match: "\n" * match[0].count("\n"), text), True)
        except expat.ExpatError as error:
            raise Unreadable(f"Ce fichier XML est mal formé (ligne {error.lineno}, colonne {error.offset}).") from error
        return self.open[0].children[0]


def read(text):
    """What a Moodle XML text holds. Raises Unreadable."""
    root = Tree().read(text)
    if root.tag != "quiz":
        raise Unreadable(f"Ce fichier XML n’est pas une banque Moodle : il commence par <{excerpt(root.tag, 30)}>.")
    harvest, theme = Harvest(), ()
    for element in root.all("question"):
        if element.attributes.get("type") == "category":
            theme = gift.theme_of(element.value("category", "text"))
        else:
            words = element.value("name", "text") or markup.words(element.value("questiontext", "text"))
            harvest.take(element.line, words, lambda element=element, theme=theme: question(element, theme))
    return harvest.found()


def question(element, theme):
    """The entry of one question. Raises Skipped."""
    kind = element.attributes.get("type", "")
    reader = READERS.get(kind)
    if reader is None:
        raise Skipped(UNKNOWN.get(kind, f"Le type « {excerpt(kind, 30)} » n’existe pas ici."))
    bounded(element.source)
    settings = asides.read(element.asides[-1]) if element.asides else {}
    candidate = Candidate(
        line=element.line,
        title=element.value("name", "text"),
        prompt="" if kind == "cloze" else rich(element.get("questiontext")),
        explanation=rich(element.get("generalfeedback")),
        hints=tuple(filter(None, map(rich, element.all("hint"))))[:3],
        tags=(*theme, *filter(None, (tag.value("text") for tag in element.get("tags").all("tag")))),
        settings=settings,
        notices=markup.losses(element.value("questiontext", "text")),
    )
    candidate.say("Seuls les trois premiers indices sont repris.", when=len(element.all("hint")) > 3)
    candidate.points = points(candidate, element.value("defaultgrade"))
    candidate.say("Les fichiers joints ne sont pas repris.", when=bool(element.get("questiontext").all("file")))
    return candidate.entry(reader(candidate, element))


def points(candidate, text):
    """The points of a question: whole, from 1 to 20."""
    worth = float(building.decimal(text)) if text else 1
    kept = min(max(round(worth), 1), 20)
    candidate.say(
        f"La note {text} devient {kept} point{'s' if kept > 1 else ''}.",
        when=kept != worth and "points" not in candidate.settings,
    )
    return kept


def kind_of(element):
    """How the text of this element is written."""
    return element.attributes.get("format", "html")


def rich(element, features=markup.PROMPT):
    """The rich text of an element that holds a <text>."""
    return markup.rich(element.value("text"), kind_of(element), features)


def said(element):
    """The same as one line."""
    return markup.line(element.value("text"), kind_of(element))


def weight(element):
    """What an answer is worth, in per cent. Raises Skipped."""
    return float(building.decimal(element.attributes.get("fraction", "0")))


def answers_of(element, *, read=said):
    """The answers that are not blank."""
    found = [Answer(read(one), weight(one), said(one.get("feedback"))) for one in element.all("answer")]
    return [one for one in found if one.text]


def multichoice(candidate, element):
    """One right choice, or several."""
    several = element.value("single").lower() in {"false", "0"}
    return building.choice(candidate, answers_of(element), several=several)


def true_false(candidate, element):
    """True or false."""
    answers = answers_of(element)
    right = next((one.text.casefold() for one in answers if one.weight >= 100), "")
    if right not in {"true", "false", "vrai", "faux"}:
        raise Skipped("La réponse juste n’est ni « true » ni « false ».")
    return building.true_false(candidate, right in {"true", "vrai"}, [one.feedback for one in answers])


def short_answer(candidate, element):
    """A few words: the answers are plain text."""
    answers = answers_of(element, read=lambda one: one.value("text"))
    return building.short_text(candidate, answers, exact_case=element.value("usecase") == "1")


def numerical(candidate, element):
    """A number, with the tolerance of each answer and the first unit."""
    figures = [
        (
            building.decimal(one.value("text")),
            building.decimal(one.value("tolerance") or "0"),
            weight(one),
            said(one.get("feedback")),
        )
        for one in element.all("answer")
        if one.value("text") not in {"", "*"}
    ]
    units = element.get("units").all("unit")
    same = [one.value("unit_name") for one in units if float(building.decimal(one.value("multiplier") or "1")) == 1]
    candidate.say("Seules les unités de même valeur que la première sont reprises.", when=len(same) < len(units))
    return building.number(candidate, figures, units=tuple(filter(None, same)))


def matching(candidate, element):
    """Pairs."""
    return building.matching(
        candidate, [(said(one), one.value("answer", "text")) for one in element.all("subquestion")]
    )


def essay(candidate, element):
    """A text of one's own; what Moodle tells the grader is the model answer."""
    return building.open_text(candidate, rich(element.get("graderinfo"), markup.TEXT))


def ordering(candidate, element):
    """Items in the right order, which Moodle writes as a fraction."""
    items = sorted((weight(one), place, said(one)) for place, one in enumerate(element.all("answer")))
    counted = element.value("gradingtype")
    candidate.say("Désormais, chaque élément bien placé compte.", when=counted not in {"", *ALL_PLACED, *EACH_PLACED})
    candidate.settings.setdefault("scoring", "all" if counted in ALL_PLACED else "each")
    return building.ordering(candidate, [text for _, _, text in items if text])


def cloze(candidate, element):
    """A text with gaps: the paragraphs before the first gap ask, the rest is the text."""
    html = element.value("questiontext", "text")
    first = CLOZE.search(html)
    if not first:
        raise Skipped("Le texte à trous n’a pas de trou.")
    cut = max(html.rfind("<p", 0, first.start()), html.rfind("<div", 0, first.start()), 0)
    candidate.prompt = markup.clean(html[:cut]) or "<p>Complétez le texte.</p>"
    # Three pieces per hole: its worth, its type, its answers.
    text, *pieces = CLOZE.split(html[cut:])
    segments = [unmarked(one) for one in (text, *pieces[3::4])]
    found = [hole(candidate, kind, answers) for kind, answers in zip(pieces[1::4], pieces[2::4], strict=True)]
    return building.gapped(candidate, segments, found)


def unmarked(html):
    """The text of a fragment, with its lines."""
    text = re.sub(r"[ \n]+", " ", html)  # in HTML, a line break is a space
    text = re.sub(r"(?:<br ?/?>|</(?:p|div|li)>) ?", "\n", text)
    return unescape(re.sub(r"<[^<>]*>", "", text))


def hole(candidate, kind, text):
    """(accepted texts, wrong ones) of one gap. Raises Skipped."""
    if kind not in CLOZE_LISTS | CLOZE_TEXTS:
        raise Skipped(f"Un trou de type « {excerpt(kind, 30)} » n’existe pas ici.")
    accepted, wrong = list[str](), list[str]()
    for one in re.findall(r"(?:\\.|[^\\~])+", unescape(text), re.DOTALL):
        ((weight, right, words, feedback), *_) = CLOZE_ANSWER.findall(one)
        worth = 100 if right else float(weight or 0)
        anything = words.strip() == "*" and kind in CLOZE_TEXTS
        words = re.sub(r"\\(.)", r"\1", words).strip()
        candidate.say(building.NO_FEEDBACK, when=bool(feedback))
        candidate.say(building.PARTIAL, when=0 < worth < 100)
        if words and not anything:
            (accepted if worth >= 100 else wrong).append(words)
    return accepted, wrong if kind in CLOZE_LISTS else []


READERS = {
    "multichoice": multichoice,
    "multichoiceset": multichoice,
    "truefalse": true_false,
    "shortanswer": short_answer,
    "numerical": numerical,
    "matching": matching,
    "essay": essay,
    "ordering": ordering,
    "cloze": cloze,
}
