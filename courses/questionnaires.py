"""The questions of a quiz file as block values. docs/content.md shows every type.

Reads the YAML of courses.manuscripts; anything unknown or missing is refused with the file's name.
"""

from courses.manuscripts import ManuscriptError, html, identity, only, typed, yes
from courses.quizzes.spelling import LENIENCIES

LENIENCY_NAMES = dict(zip(("casse", "accents", "traits-d-union", "apostrophes", "espaces"), LENIENCIES, strict=True))
SCORINGS = {
    "choix-multiples": {"tout-ou-rien": "all", "proportion": "each", "sans-erreur": "right_only"},
    "placement": {"proportion": "each", "tout-ou-rien": "all"},
}
DIFFICULTIES = {"": "", "facile": "easy", "moyenne": "medium", "difficile": "hard"}
TRUE_FALSE = {"vrai": "true", "faux": "false", True: "true", False: "false"}
NEEDED = {"id", "type", "question", "explication"}
ALLOWED = {"points", "indices"}


def question_blocks(manuscript):
    """The StreamField values of a quiz: (type, value, id) triples; items of lists carry their own ids."""
    questions = [
        read_draw(entry, manuscript.path) if is_draw(entry) else read_question(entry, manuscript.path)
        for entry in manuscript.values["questions"]
    ]
    if len({pk for _, _, pk in questions}) < len(questions):
        raise ManuscriptError(f"{manuscript.path} : deux questions portent le même identifiant")
    return questions


def is_draw(entry):
    """Whether this entry of a quiz asks for questions of the bank."""
    return isinstance(entry, dict) and entry.get("type") == "tirage"


def read_draw(entry, path):
    """The (type, value, id) of a draw among the bank of the same track, whose page the loading fills in."""
    where = f"{path} ({entry.get('id', 'sans id')})"
    only(entry, {"id", "type", "nombre"}, {"id", "type", "nombre", "difficulte", "etiquettes"}, where)
    place = identity(path, entry["id"])
    value = {"count": entry["nombre"], "track": None, "difficulty": difficulty(entry, where)}
    return "draw", value | {"tags": texts(entry.get("etiquettes"), place, "tag")}, place


def difficulty(entry, where):
    """How hard, in the words of files; nothing when it is not said."""
    word = entry.get("difficulte", "")
    if word not in DIFFICULTIES:
        raise ManuscriptError(f"{where} : « {word} » est à choisir parmi {sorted(filter(None, DIFFICULTIES))}")
    return DIFFICULTIES[word]


def read_bank(manuscript):
    """The questions of a bank's file: (fields of a BankQuestion without its track, its tags) pairs."""
    return [read_bank_question(entry, manuscript.path) for entry in manuscript.values]


def read_bank_question(entry, path):
    """The fields of one question of the bank, and its tags."""
    own = {"titre", "difficulte", "etiquettes"}
    where = f"{path} ({entry.get('id', 'sans id') if isinstance(entry, dict) else 'illisible'})"
    only(entry, {"titre", "etiquettes"}, set(entry) | own, where)
    question = {name: value for name, value in entry.items() if name not in own}
    kind, value, place = read_question(question, path)
    fields = {
        "uid": place,
        "title": typed(entry["titre"]),
        "difficulty": difficulty(entry, where),
        "question": [{"type": kind, "value": value, "id": place}],
    }
    return fields, [typed(tag) for tag in entry["etiquettes"]]


def read_question(question, path):
    """The (type, value, id) of one question of the file at ``path``."""
    kind, needed, allowed, read = type_of(question, path)
    opinion = kind == "opinion"
    always, sometimes = (NEEDED - {"explication"}, {"explication"}) if opinion else (NEEDED, ALLOWED)
    where = f"{path} ({question.get('id', 'sans id')})"
    only(question, always | needed, always | needed | sometimes | allowed, where)
    place = identity(path, question["id"])
    value = {"prompt": html(question["question"]), "explanation": html(question.get("explication", ""))}
    if not opinion:
        value["points"] = question.get("points", 1)
        value["hints"] = items([html(hint) for hint in question.get("indices", [])], place, "hint")
    try:
        value |= read(question, place, where)
    except KeyError as error:
        raise ManuscriptError(f"{where} : champ ou valeur {error} inattendu ou manquant") from error
    return kind, value, place


def type_of(question, path):
    """How to read this question."""
    name = question.get("type") if isinstance(question, dict) else None
    if name not in TYPES:
        known = question.get("id", "sans id") if isinstance(question, dict) else "illisible"
        raise ManuscriptError(f"{path} ({known}) : type inattendu « {name} », à choisir parmi {sorted(TYPES)}")
    return TYPES[name]


def items(values, *place):
    """A list as Wagtail stores it, each item with an identifier that loading again keeps."""
    return [{"type": "item", "id": identity(*place, position), "value": value} for position, value in enumerate(values)]


def texts(values, *place):
    """A list of texts whose identifiers come from their words, and say nothing of their place."""
    return [{"type": "item", "id": identity(*place, typed(text)), "value": typed(text)} for text in values or []]


def choices(question, place, where):
    """Proposed answers, right or wrong."""
    return items(
        [
            {
                "text": typed(choice["texte"]),
                "correct": yes(choice.get("juste", False), where),
                "feedback": typed(choice.get("commentaire", "")),
            }
            for choice in question["choix"]
            if only(choice, {"texte"}, {"texte", "juste", "commentaire"}, where)
        ],
        place,
    )


def single(question, place, where):
    """One right choice."""
    return {"choices": choices(question, place, where)}


def multiple(question, place, where):
    """Several right choices."""
    scoring = SCORINGS["choix-multiples"][question.get("bareme", "tout-ou-rien")]
    return {"choices": choices(question, place, where), "scoring": scoring}


def true_false(question, place, where):
    """True or false."""
    return {"answer": TRUE_FALSE[question["reponse"]]}


def forgiven(question):
    """The differences of spelling that do not count: all of them unless the file says which."""
    return [LENIENCY_NAMES[name] for name in question.get("tolere", LENIENCY_NAMES)]


def placement(question):
    """What an imperfect placement is worth."""
    return SCORINGS["placement"][question.get("bareme", "proportion")]


def short_text(question, place, where):
    """A few words."""
    return {"accepted": items([typed(text) for text in question["reponses"]], place), "forgive": forgiven(question)}


def number(question, place, where):
    """A number; « tolerance: 5 % » is a share of the value."""
    tolerance = str(question.get("tolerance", 0)).strip()
    return {
        "value": decimal(question["reponse"]),
        "tolerance": decimal(tolerance.removesuffix("%")),
        "relative": tolerance.endswith("%"),
        "units": items([typed(unit) for unit in question.get("unites", [])], place),
        "unit_required": yes(question.get("unite-demandee", False), where),
    }


def decimal(text):
    """A number of a file, with a comma or a point."""
    return str(text).strip().replace(",", ".")


def matching(question, place, where):
    """Pairs, and intruders."""
    pairs = [
        {
            "type": "item",
            "id": identity(place, typed(pair["element"])),
            "value": {"text": typed(pair["element"]), "match": typed(pair["avec"])},
        }
        for pair in question["paires"]
        if only(pair, {"element", "avec"}, {"element", "avec"}, where)
    ]
    return {"pairs": pairs, "extras": texts(question.get("intrus"), place, "extra"), "scoring": placement(question)}


def ordering(question, place, where):
    """Items in the right order."""
    return {"items": texts(question["elements"], place), "scoring": placement(question)}


def sorting(question, place, where):
    """Categories and what belongs to each."""
    categories = [
        {
            "type": "item",
            "id": identity(place, "category", typed(category["categorie"])),
            "value": {"text": typed(category["categorie"]), "items": texts(category["elements"], place)},
        }
        for category in question["categories"]
        if only(category, {"categorie", "elements"}, {"categorie", "elements"}, where)
    ]
    return {"categories": categories, "scoring": placement(question)}


def gaps(question, place, where):
    """A text with gaps, in the syntax of the editor."""
    return {"text": typed(question["texte"]), "forgive": forgiven(question), "scoring": placement(question)}


def open_text(question, place, where):
    """A text of one's own, reviewed or compared."""
    rubric = [
        {"text": typed(criterion["critere"]), "points": criterion.get("points", 1)}
        for criterion in question.get("criteres", [])
        if only(criterion, {"critere"}, {"critere", "points"}, where)
    ]
    return {
        "review": {"formateur": "instructor", "soi-meme": "self"}[question.get("relecture", "formateur")],
        "model_answer": html(question.get("modele", "")),
        "rubric": items(rubric, place, "rubric"),
    }


def opinion(question, place, where):
    """What the learner thinks."""
    return {"choices": items([{"text": typed(choice)} for choice in question["choix"]], place)}


# The block, the fields that are needed, the fields that may be there, and how they are read.
TYPES = {
    "choix-unique": ("single", {"choix"}, set(), single),
    "choix-multiples": ("multiple", {"choix"}, {"bareme"}, multiple),
    "vrai-faux": ("true_false", {"reponse"}, set(), true_false),
    "reponse-courte": ("short_text", {"reponses"}, {"tolere"}, short_text),
    "nombre": ("number", {"reponse"}, {"tolerance", "unites", "unite-demandee"}, number),
    "association": ("matching", {"paires"}, {"intrus", "bareme"}, matching),
    "remise-en-ordre": ("ordering", {"elements"}, {"bareme"}, ordering),
    "classement": ("sorting", {"categories"}, {"bareme"}, sorting),
    "texte-a-trous": ("gaps", {"texte"}, {"tolere", "bareme"}, gaps),
    "reponse-ouverte": ("open", set(), {"relecture", "modele", "criteres"}, open_text),
    "avis": ("opinion", {"choix"}, set(), opinion),
}
