"""Course content as readable files: one per lesson, in a format that a person can edit and review.

A file is a front matter (YAML between two lines of dashes) and a text in Markdown, cut by
directives: `::: name`, YAML, `:::`. docs/content.md shows them all. Reading gives plain values
ready for Wagtail's StreamFields; anything unknown or missing is refused with the file's name.
"""

import hashlib
import re
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

# Identifiers of blocks and choices are made from where they stand and what they are called, so
# that loading a file again keeps the identity of its questions.
NAMESPACE = uuid.UUID("6f9619ff-8b86-4d11-b42d-00c04fc964ff")

MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": False})

YES = {"oui": True, "non": False, True: True, False: False}


class ManuscriptError(Exception):
    """A file that cannot be read as what it claims to be."""


class _Loader(yaml.SafeLoader):
    """YAML in which « oui » and « non » are words and dates stay text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Manuscript:
    """One file: its place under the content folder, its digest, its values."""

    path: str
    digest: str
    values: dict

    @property
    def slug(self):
        """The address of the page: the file's or folder's name without its order number."""
        place = Path(self.path)
        name = place.parent.name if place.stem in {"module", "parcours"} else place.stem
        return re.sub(r"^\d+-", "", name)


def read_yaml(text, where):
    """The YAML values of this text; errors name the file."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 — a SafeLoader with fewer resolvers
    except yaml.YAMLError as error:
        raise ManuscriptError(f"{where} : {error}") from error


def read(root, path):
    """The Manuscript of a file under ``root``."""
    raw = path.read_bytes()
    where = path.relative_to(root).as_posix()
    text = raw.decode()
    if path.suffix == ".yaml":
        values = read_yaml(text, where)
    else:
        front = re.fullmatch(r"---\n(.*?)^---\n(.*)", text, flags=re.MULTILINE | re.DOTALL)
        if front is None:
            raise ManuscriptError(f"{where} : en-tête absent, à écrire entre deux lignes de trois tirets")
        values = read_yaml(front[1], where)
        if front[2].strip():
            values["corps"] = front[2]
    return Manuscript(path=where, digest=hashlib.sha256(raw).hexdigest(), values=values)


# What each kind of file says of itself: the fields it needs, the fields it may have.
HEADS = {
    "track": (
        {"titre", "public", "accroche", "heures", "attestation", "relance_apres_jours", "corps"},
        {"tutoiement", "rythme", "format", "acquis", "capacites", "sources"},
    ),
    "module": ({"titre", "resume"}, {"objectifs", "suivi-seul", "capacites"}),
    "lesson": ({"titre", "minutes", "corps"}, {"resume", "obligatoire"}),
    "quiz": (
        {"titre", "minutes", "questions"},
        {"resume", "obligatoire", "introduction", "seuil", "tentatives", "certitude"}
        | {"comportement", "penalite", "compte", "delai", "temps", "melanger-questions", "melanger-choix"},
    ),
    "term": ({"terme", "definition"}, set()),
}


def checked(values, kind, where):
    """These values, whose fields are those of their kind."""
    needed, allowed = HEADS[kind]
    return only(values, needed, needed | allowed, where)


def only(values, needed, allowed, where):
    """These values; raises ManuscriptError for a field that is not allowed, or the lack of one that is needed."""
    if not isinstance(values, dict):
        raise ManuscriptError(f"{where} : des champs « nom: valeur » sont attendus ici")
    unknown, missing = set(values) - allowed, needed - set(values)
    if unknown or missing:
        raise ManuscriptError(f"{where} : champs inconnus {sorted(unknown)}, manquants {sorted(missing)}")
    return values


def yes(value, where):
    """Whether the file says oui."""
    if value not in YES:
        raise ManuscriptError(f"{where} : « {value} » n’est ni oui ni non")
    return YES[value]


def identity(*parts):
    """A stable UUID for what stands at this place under this name."""
    return str(uuid.uuid5(NAMESPACE, "/".join(map(str, parts))))


def typed(text):
    """The text with typographic apostrophes, however it was typed."""
    return str(text).replace("'", "’").strip()


def html(text):
    """Markdown as rich text: the headings and inline marks that editors have too."""
    return re.sub(r"\n+", "", MARKDOWN.render(typed(text).replace("--", "—"))).strip()


def body_blocks(manuscript, *, images):
    """The StreamField values of a lesson: (type, value, id) triples.

    ``images`` gives the Illustration of a file name. Raises ManuscriptError for an unknown
    directive or field, or a missing one.
    """
    blocks = []
    parts = re.split(r"^::: *([\w-]+) *\n(.*?)^::: *$", manuscript.values["corps"], flags=re.MULTILINE | re.DOTALL)
    for position, part in enumerate(parts):
        place = (manuscript.path, position // 3)
        if position % 3 == 0 and part.strip():
            blocks.append(("text", html(part), identity(*place, "text")))
        elif position % 3 == 1:
            values = read_yaml(parts[position + 1], f"{manuscript.path} ({part})") or {}
            kind, value = directive(part, values, manuscript.path, images)
            blocks.append((kind, value, identity(*place, part)))
    return blocks


def directive(name, values, where, images):
    """The block type and value of one directive."""
    if name not in DIRECTIVES:
        raise ManuscriptError(f"{where} : directive inconnue « {name} »")
    kind, fields = DIRECTIVES[name]
    place = f"{where} ({name})"
    only(values, {field.name for field in fields if field.required}, {field.name for field in fields}, place)
    value = {field.to: field.read(values.get(field.name), place) for field in fields}
    if kind == "image":
        value = {
            "image": {
                "image": images(value.pop("file"), where),
                "decorative": value.pop("decorative"),
                "alt_text": value.pop("alt_text"),
            },
            "caption": value["caption"],
        }
    return kind, value


@dataclass(frozen=True)
class Field:
    """A field of a directive: its French name in files, the block's field, and how it is read."""

    name: str
    to: str
    kind: str = "line"
    required: bool = False

    def read(self, value, where):
        """The block's value of what the file says."""
        match self.kind:
            case "rich":
                return html(value or "")
            case "yes":
                return yes(value or False, where)
            case "lines":
                return [typed(line) for line in value or []]
            case "rows":
                return [[typed(cell) for cell in row] for row in value]
            case "number":
                return value
        return typed("" if value is None else value)


def _required(*fields):
    return tuple(replace(Field(*field), required=True) for field in fields)


SOURCE = (Field("date", "date"), Field("source", "source"))
COMPOSED = (Field("fictif", "composed", "yes"),)

DIRECTIVES = {
    "chiffre": (
        "figure",
        (
            *_required(("valeur", "value"), ("texte", "text"), ("date", "date"), ("source", "source")),
            Field("reserve", "caution"),
            Field("conteste", "disputed", "yes"),
        ),
    ),
    "temoignage": (
        "testimony",
        (*_required(("nom", "name"), ("texte", "text", "rich")), Field("role", "role"), *SOURCE, *COMPOSED),
    ),
    "parole-expert": (
        "expert",
        (
            *_required(("nom", "name"), ("texte", "text", "rich"), ("date", "date"), ("source", "source")),
            Field("fonction", "role"),
        ),
    ),
    "a-retenir": ("takeaways", _required(("points", "points", "lines"))),
    "fiche": ("sheet", _required(("titre", "title"), ("texte", "text", "rich"))),
    "exemple": (
        "example",
        (
            *_required(("titre", "title"), ("texte", "text", "rich")),
            Field("lieu", "place"),
            Field("acteurs", "actors", "lines"),
            *SOURCE,
            *COMPOSED,
        ),
    ),
    "citation": (
        "quote",
        _required(("texte", "text"), ("auteur", "author"), ("source", "source"), ("date", "date")),
    ),
    "tableau": (
        "data_table",
        (
            *_required(("legende", "caption"), ("entetes", "headers", "lines"), ("lignes", "rows", "rows")),
            Field("source", "source"),
        ),
    ),
    "terme": ("term", _required(("terme", "term"))),
    "activite": (
        "activity",
        (*_required(("titre", "title"), ("texte", "text", "rich")), Field("duree", "minutes", "number")),
    ),
    "image": (
        "image",
        (
            *_required(("fichier", "file")),
            Field("alternative", "alt_text"),
            Field("decorative", "decorative", "yes"),
            Field("legende", "caption"),
        ),
    ),
}
