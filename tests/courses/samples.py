"""One valid block of each type of lesson content, as Wagtail stores them."""

from io import BytesIO

from django.core.files.base import ContentFile
from PIL import Image
from wagtail.documents.models import Document

from courses.loading import raw_block
from courses.manuscripts import identity
from courses.models import GlossaryTerm, Illustration

RICH = "<p>Un texte <b>simple</b>.</p>"
SOURCE = {"date": "2021", "source": "« Le rapport », associations.gouv.fr"}


def block(kind, **changes):
    """A valid block of that type, with these changes to its value."""
    value = VALUES[kind]()
    return raw_block(kind, {**value, **changes} if isinstance(value, dict) else value, identity("sample", kind))


def every_block():
    """One block of each type."""
    return [block(kind) for kind in VALUES]


def illustration():
    """The primary key of a small picture."""
    pixels = BytesIO()
    Image.new("RGB", (8, 6), "white").save(pixels, "PNG")
    file = ContentFile(pixels.getvalue(), name="carte.png")
    return Illustration.objects.create(title="Une carte", file=file, credit="Faire alliance").pk


def document(name):
    """The primary key of a small document."""
    return Document.objects.create(title=name, file=ContentFile(b"...", name=name)).pk


def term():
    """The primary key of a term of the glossary."""
    return GlossaryTerm.objects.get_or_create(term="Tiers-lieu", defaults={"definition": "Un lieu partagé."})[0].pk


VALUES = {
    "text": lambda: RICH,
    "takeaways": lambda: {"points": ["Un point.", "Un autre."]},
    "figure": lambda: {"value": "91 %", "text": "des maires interrogés", **SOURCE, "caution": "", "disputed": False},
    "example": lambda: {
        "title": "Un verger partagé",
        "place": "Rezé",
        "date": "",
        "actors": ["une école", "une entreprise"],
        "text": RICH,
        "source": "",
        "composed": True,
    },
    "testimony": lambda: {"name": "Samira", "role": "bénévole", "text": RICH, "composed": False, **SOURCE},
    "expert": lambda: {"name": "Une chercheuse", "role": "sociologue", "text": RICH, **SOURCE},
    "sheet": lambda: {"title": "Trois gestes", "text": "<h3>Écouter</h3><p>Une heure.</p>"},
    "activity": lambda: {"title": "À votre tour", "minutes": 10, "text": RICH},
    "image": lambda: {
        "image": {"image": illustration(), "alt_text": "Deux maisons et un pont", "decorative": False},
        "caption": "Le pont.",
    },
    "video": lambda: {
        "title": "Une rencontre",
        "file": document("rencontre.mp4"),
        "captions": document("rencontre.vtt"),
        "transcript": RICH,
    },
    "audio": lambda: {"title": "Une voix", "file": document("voix.mp3"), "transcript": RICH},
    "quote": lambda: {"text": "Seul on va plus vite.", "author": "Anonyme", **SOURCE},
    "data_table": lambda: {
        "caption": "Qui apporte quoi",
        "headers": ["Acteur", "Apport"],
        "rows": [["une école", "du temps"], ["une ville", "un terrain"]],
        "source": "",
    },
    "term": lambda: {"term": term()},
}
