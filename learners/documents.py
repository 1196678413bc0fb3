"""Documents made from rows: the attestation as a PDF that is archivable and readable by all.

Typst draws it from ``learners/typst/``. Facts travel as plain strings, so that nothing typed by
a person is ever read as markup. The same facts under the same seal give the same bytes.
"""

import io
import os
import re
import threading
import unicodedata
from functools import lru_cache
from pathlib import Path

import segno
import typst
from django.conf import settings
from django.utils import timezone

from courses.models import TrackPage
from courses.typography import heures, jour, typographie
from learners import seals

SOURCES = Path(__file__).resolve().parent / "typst"
STANDARDS = ["a-3a", "ua-1"]

REASONS = {
    TrackPage.Award.FOLLOWED: "pour avoir suivi le parcours",
    TrackPage.Award.SUCCEEDED: "pour avoir suivi et réussi le parcours",
}
# What was practised is not always what was verified: only a passed track has been through its quizzes.
ABILITIES = {
    TrackPage.Award.FOLLOWED: "Capacités travaillées",
    TrackPage.Award.SUCCEEDED: "Capacités travaillées et évaluées",
}
UNPRINTABLE = (
    "Nous ne savons pas imprimer certains de ces caractères sur une attestation : écrivez en lettres latines, sans "
    "symboles."
)
# Readers take every mask. Trying the eight costs half as much as drawing the page, and which one wins makes no
# difference to codes that are drawn by lot.
CODE_MASK = 2
LONGEST_WORD = 40  # characters, before a word is cut
UNPRINTED = "□"
UNPRINTED_NOTE = " Un caractère n’a pas pu être imprimé : le texte exact figure à l’adresse de vérification."


def attestation_pdf(certificate):
    """The attestation of this certificate row, sealed.

    In: a ``Certificate``, of which only the frozen facts are read. Out: the bytes of one A4
    landscape page, PDF/A-3a and PDF/UA-1 at once, with a PAdES signature.
    """
    from learners import sealing  # noqa: PLC0415 — a second of imports for the process that seals, and for no other

    moment = certificate.issued_at.replace(microsecond=0)
    return sealing.sealed(drawn(certificate), moment, seals.seal())


def drawn(certificate):
    """The attestation of this certificate row, before its seal.

    Never fails on what a person or an author has written. Names and organisations are checked by
    ``printable`` when they are saved; should a character without glyph come through all the same, it is printed as an
    empty square and a note sends the reader to the public page, which shows the exact text.
    """
    facts = _facts(certificate)
    moment = int(certificate.issued_at.timestamp())
    try:
        return _press.render("attestation.typ", facts, moment)
    except typst.TypstError:
        return _press.render("attestation.typ", _with_squares(facts), moment)


@lru_cache(maxsize=1024)
def printable(name):
    """Whether the attestation's own face has a glyph for every character of this name, of a person or an organisation.

    For validation when a name is saved; ``UNPRINTABLE`` says what to do instead. Invisible controls, which could
    disguise a name, are refused as well.
    """
    return not any(_is_control(character) for character in name) and _has_glyphs(name, fallback=False)


def limits_of(certificate):
    """What it is, and what it is not."""
    return (
        f"Ce document rend compte d’un {'module' if certificate.module_title else 'parcours'} suivi sur la plateforme. "
        "Ce n’est ni un diplôme, ni une qualification professionnelle."
    )


def _facts(certificate):
    """What the template prints: strings by name; several lines or a table are joined by separators."""
    address = settings.SITE_URL + certificate.get_absolute_url()
    holder = _clean(certificate.holder)
    award = _clean(typographie(certificate.award_label))
    followed = certificate.followed if certificate.module_title else f"« {certificate.track_title} »"
    track = _clean(typographie(followed))
    issued_on = _day(certificate.issued_at)
    details = {
        "Durée": heures(certificate.hours),
        "Organisation": typographie(certificate.organisation),
        "Cohorte": typographie(certificate.cohort_name),
        "Version": certificate.version,
        "Délivrée": f"le {issued_on} par {settings.SITE_NAME}",
    }
    if certificate.replaces:
        details["Remplace"] = f"celle du {_day(certificate.replaces.issued_at)}, où le nom était mal écrit"
    return {
        "title": f"{award} – {track} – {holder}",
        "issuer": settings.SITE_NAME,
        "award": award,
        "holder": _breakable(holder),
        "reason": "pour avoir suivi" if certificate.module_title else REASONS[certificate.award],
        "track": _breakable(track),
        "abilities-heading": ABILITIES[certificate.award],
        "abilities": "\n".join(_breakable(_clean(typographie(ability))) for ability in certificate.ability_list),
        "details": "\n".join(f"{name}\t{_breakable(_clean(value))}" for name, value in details.items() if value),
        "address": address,
        "code": certificate.printed_code,
        "code-image": _code_image(address),
        "code-alt": f"Code QR qui mène à l’adresse de vérification {address}",
        "limits": limits_of(certificate),
    }


def _day(moment):
    """The day of this moment in Paris, in words."""
    return jour(timezone.localtime(moment, timezone.get_default_timezone()))


def _clean(text):
    """One line of composed characters, without invisible controls."""
    text = re.sub(r"[ \t\n\r\f\v\u2028\u2029]+", " ", unicodedata.normalize("NFC", text))
    return "".join(character for character in text if not _is_control(character)).strip()


def _breakable(text):
    """The text with a place to break inside words longer than a line, such as nobody has; invisible."""
    return re.sub(rf"[^\s-]{{{LONGEST_WORD}}}(?=[^\s-])", lambda run: run.group() + "\u200b", text)


def _is_control(character):
    return unicodedata.category(character).startswith("C")


def _code_image(address):
    """The QR code of this address, as SVG with the quiet zone that readers need."""
    out = io.BytesIO()
    code = segno.make(address, error="m", micro=False, mask=CODE_MASK)
    code.save(out, kind="svg", border=4, dark="#1f2a44", xmldecl=False, svgclass=None, lineclass=None)
    return out.getvalue().decode()


def _with_squares(facts):
    """The same facts with a square in place of each character that no face can print, and a note that says so."""
    ours = ("address", "code-image")
    facts = {name: fact if name in ours else "".join(map(_square, fact)) for name, fact in facts.items()}
    return facts | {"limits": facts["limits"] + UNPRINTED_NOTE}


def _square(character):
    return character if character in "\n\t" or _prints(character) else UNPRINTED


@lru_cache(maxsize=4096)
def _prints(character):
    return _has_glyphs(character, fallback=True)


def _has_glyphs(text, *, fallback):
    """Whether this text compiles: in the face of the attestation, or with the help of the other faces."""
    try:
        _press.render("glyphs.typ", {"text": text, "fallback": "yes" if fallback else "no"}, 0)
    except typst.TypstError:
        return False
    return True


class _Press:
    """Typst with the faces that it brings and no other, for one process.

    A compiler is not shared between threads: they take turns. Typst's own threads do not survive
    a fork, and waiting for them would never end: a child of a process that has rendered says so.
    """

    def __init__(self):
        self._turn = threading.Lock()
        self._process = None
        self._compiler = None

    def render(self, source, facts, moment):
        """PDF bytes of one source file; ``facts`` are strings by name, ``moment`` is in seconds since 1970."""
        if self._process not in (None, os.getpid()):
            raise RuntimeError("A document was rendered before this process was forked; render only in the children.")
        with self._turn:
            self._process = os.getpid()
            self._compiler = self._compiler or self._new_compiler()
            return self._compiler.compile(
                input=SOURCES / source,
                sys_inputs=facts,
                format="pdf",
                pdf_standards=STANDARDS,
                timestamp=moment,
            )

    def _new_compiler(self):
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
        return typst.Compiler(input=SOURCES / "glyphs.typ", root=SOURCES, font_paths=fonts, ignore_system_fonts=True)


_press = _Press()
