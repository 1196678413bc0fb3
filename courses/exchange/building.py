"""Answers as other platforms write them, with weights in per cent → the frozen questions of ours."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from unicodedata import normalize

from courses import quizzes
from courses.blocks.exercises import UnreadableGaps, read_gaps
from courses.exchange import asides, markup
from courses.exchange.found import Entry, Skipped, excerpt
from courses.quizzes import figures
from courses.quizzes.spelling import LENIENCIES

MOST_ANSWERS = 100
LONGEST_TITLE = 160
LONGEST_TAG, LONGEST_SLUG = 90, 100
MOST_TAGS = 10
NO_FEEDBACK = "Les commentaires propres à chaque réponse ne sont pas repris."
PARTIAL = "Les réponses qui valaient une partie des points sont reprises comme fausses."


@dataclass(frozen=True)
class Answer:
    """A proposed or accepted answer; ``weight`` in per cent of the points."""

    text: str
    weight: float = 0
    feedback: str = ""


@dataclass
class Candidate:
    """A question being read: what all types share, and the notices gathered on the way."""

    line: int
    prompt: str
    title: str = ""
    explanation: str = ""
    points: int = 1
    hints: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    settings: dict = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    @property
    def base(self):
        """The fields that every question shares. Raises Skipped without a prompt."""
        if not quizzes.plain(self.prompt):
            raise Skipped("La question n’a pas de texte.")
        return {
            "id": f"ligne-{self.line}",
            "prompt": self.prompt,
            "explanation": self.explanation,
            "points": self.points,
            "hints": self.hints,
        }

    def entry(self, question):
        """The entry of this question, with the settings that were kept beside it, cleaned like the rest."""
        if self.settings:
            question = cleaned(asides.applied(question, self.settings))
        return Entry(
            question=question,
            title=excerpt(self.title or question.summary, LONGEST_TITLE),
            tags=self.kept_tags(),
            line=self.line,
            notices=tuple(dict.fromkeys(self.notices)),
        )

    def kept_tags(self):
        """The tags that the bank can hold, not those whose slug would outgrow it."""
        short = dict.fromkeys(excerpt(tag, LONGEST_TAG) for tag in self.tags)
        tags = [tag for tag in short if tag and len(normalize("NFKC", tag)) <= LONGEST_SLUG]
        self.say(f"Seules les {MOST_TAGS} premières étiquettes sont reprises.", when=len(tags) > MOST_TAGS)
        return tuple(tags[:MOST_TAGS])

    def say(self, sentence, *, when=True):
        """Tell the author what is lost."""
        if when:
            self.notices.append(sentence)


def cleaned(question):
    """The question with nothing in the rich texts of its settings but what editors may write."""
    changes = {"hints": tuple(filter(None, map(markup.clean, question.hints)))}
    if question.kind == "open":
        changes["model_answer"] = markup.clean(question.model_answer, markup.TEXT)
    return question.model_copy(update=changes)


def few(answers):
    """The same answers. Raises Skipped when there are more than any question of ours holds."""
    if len(answers) > MOST_ANSWERS:
        raise Skipped(f"La question a trop de réponses : {len(answers)}.")
    return answers


def choice(candidate, answers, *, several):
    """A question whose answers are proposed."""
    if len(answers) < 2:
        raise Skipped("Il faut au moins deux réponses proposées.")
    right = [answer.weight > 0 if several else answer.weight >= 100 for answer in few(answers)]
    if not any(right):
        raise Skipped("Aucune réponse n’est juste." if several else "Aucune réponse ne vaut 100 %.")
    choices = tuple(
        quizzes.Choice(id=f"a{number}", text=answer.text, correct=correct, feedback=answer.feedback)
        for number, (answer, correct) in enumerate(zip(answers, right, strict=True), start=1)
    )
    if several:
        return quizzes.MultipleChoice(**candidate.base, choices=choices, scoring=scoring(candidate, answers))
    candidate.say(PARTIAL, when=any(0 < answer.weight < 100 for answer in answers))
    candidate.say(
        "Les points retirés par une mauvaise réponse ne le sont plus.", when=min(a.weight for a in answers) < 0
    )
    if sum(right) > 1:
        candidate.say("Plusieurs réponses sont justes : la question devient un choix multiple, tout ou rien.")
        return quizzes.MultipleChoice(**candidate.base, choices=choices)
    return quizzes.SingleChoice(**candidate.base, choices=choices)


def scoring(candidate, answers):
    """The nearest of our ways to count an imperfect answer."""
    wrong = [answer.weight for answer in answers if answer.weight <= 0]
    if wrong and max(wrong) <= -100:
        return "right_only"
    candidate.say(
        "Les poids en pour cent sont remplacés par « chaque case bien cochée ou bien laissée vide compte ».",
        when="scoring" not in candidate.settings,
    )
    return "each"


def share(weight):
    """A weight in per cent, as other platforms write it: five decimals at most."""
    return f"{weight:.5f}".rstrip("0").rstrip(".")


def true_false(candidate, answer, feedbacks=()):
    """True or false."""
    candidate.say(NO_FEEDBACK, when=any(feedbacks))
    return quizzes.TrueFalse(**candidate.base, answer=answer)


def short_text(candidate, answers, *, exact_case=False):
    """A few words."""
    accepted = [answer.text for answer in few(answers) if answer.weight >= 100 and answer.text != "*"]
    if not accepted:
        raise Skipped("Aucune réponse acceptée ne vaut 100 %.")
    candidate.say(PARTIAL, when=any(0 < answer.weight < 100 for answer in answers))
    candidate.say(NO_FEEDBACK, when=any(answer.feedback for answer in answers))
    candidate.say(
        "L’astérisque ne remplace pas d’autres lettres ici : écrivez les variantes.",
        when=any("*" in text.replace("\\*", "") for text in accepted),
    )
    forgive = tuple(one for one in LENIENCIES if one != "case" or not exact_case)
    return quizzes.ShortText(
        **candidate.base,
        accepted=tuple(dict.fromkeys(text.replace("\\*", "*") for text in accepted)),
        forgive=forgive,
    )


def starred(text):
    """An accepted text for a platform on which an asterisk stands for any letters."""
    return text.replace("*", "\\*")


def decimal(text):
    """The value of a number as machines or French people write it. Raises Skipped."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        parsed = figures.parse(text)
        value = parsed[0] if parsed and not parsed[1] else Decimal("NaN")
    # Beyond, it is not a measure but an attack: 1e999999999 fills a disk once written out.
    if not value.is_finite() or abs(value.adjusted()) > 20:
        raise Skipped(f"« {excerpt(text, 30)} » n’est pas un nombre utilisable.")
    return value


def number(candidate, answers, *, units=()):
    """A number: ``answers`` are (value, tolerance, weight, feedback)."""
    right = [answer for answer in answers if answer[2] >= 100]
    if not right:
        raise Skipped("Aucune valeur ne vaut 100 %.")
    candidate.say("Seule la première valeur juste est reprise.", when=len(right) > 1)
    candidate.say(PARTIAL, when=any(0 < answer[2] < 100 for answer in answers))
    candidate.say(NO_FEEDBACK, when=any(answer[3] for answer in answers))
    value, tolerance = right[0][:2]
    return quizzes.Number(**candidate.base, value=value, tolerance=abs(tolerance), units=tuple(few(units)))


def matching(candidate, couples):
    """Pairs; a couple without an element is a counterpart of nothing."""
    pairs = tuple(
        quizzes.Pair(id=f"p{number}", text=text, match=match)
        for number, (text, match) in enumerate(few(couples), start=1)
        if text and match
    )
    matches = {pair.match for pair in pairs}
    if len(matches) < 2:
        raise Skipped("Il faut au moins deux paires, avec deux réponses différentes.")
    extras = dict.fromkeys(match for text, match in couples if match and not text and match not in matches)
    return quizzes.Matching(**candidate.base, pairs=pairs, extras=tuple(extras))


def ordering(candidate, texts):
    """Items in the right order."""
    if len(texts) < 3:
        raise Skipped("Il faut au moins trois éléments à remettre en ordre.")
    items = tuple(quizzes.Item(id=f"i{number}", text=text) for number, text in enumerate(few(texts), start=1))
    return quizzes.Ordering(**candidate.base, items=items)


def gaps_text(segments, gaps):
    """A text with gaps as authors write it: the reverse of ``read_gaps``."""
    holes = [f"{{{{{' | '.join([*gap.accepted, *(f'~ {word}' for word in gap.wrong)])}}}}}" for gap in gaps]
    return "".join(part for pair in zip(segments, [*holes, ""], strict=True) for part in pair)


def gapped(candidate, segments, holes):
    """A text with gaps: ``holes`` are (accepted, wrong) texts."""
    few([word for words in few(holes) for word in (*words[0], *words[1])])
    if not all(accepted for accepted, _ in holes):
        raise Skipped("Un trou n’a pas de réponse juste.")
    segments = (segments[0].lstrip(), *segments[1:-1], segments[-1].rstrip())
    gaps = tuple(
        quizzes.Gap(id=str(number), accepted=tuple(accepted), wrong=tuple(wrong))
        for number, (accepted, wrong) in enumerate(holes, start=1)
    )
    try:
        same = read_gaps(gaps_text(segments, gaps)) == (segments, gaps)
    except UnreadableGaps as error:
        raise Skipped(str(error)) from error
    if not same:
        raise Skipped("Le texte ou ses trous contiennent des signes qui marquent ici les trous : {, }, | ou ~.")
    return quizzes.Gaps(**candidate.base, segments=segments, gaps=gaps)


def open_text(candidate, model_answer=""):
    """A text of one's own, read by an instructor."""
    return quizzes.OpenText(**candidate.base, model_answer=model_answer)
