"""A list of people as a file → its lines, cleaned, each with what is wrong with it. Pure: knows nobody."""

import codecs
import csv
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from openpyxl import load_workbook

from courses.typography import folded
from learners.models import Sector

MAX_BYTES = 2 * 1024 * 1024
MAX_LINES = 2_000
MAX_UNPACKED = 60 * 1024 * 1024  # an XLSX is a parcel: what comes out of it is bounded too
OLD_WINDOWS = "Le fichier n’est pas en UTF-8 : il a été lu en Windows-1252. Vérifiez les accents avant d’inscrire."
OPEN_QUOTE = "Un guillemet droit n’est pas refermé : une ligne peut en cacher d’autres. Vérifiez leur nombre."
LONGEST = {"email": 254, "first_name": 80, "last_name": 80, "organisation": 160}

COLUMNS = {
    "email": "email emails mail mails mel courriel courriels adresse adresses adresseemail adressemail adressemel "
    "adressecourriel adresseelectronique adressedemessagerie messagerie emailprofessionnel mailpro emailpro",
    "first_name": "prenom prenoms prenomusuel firstname",
    "last_name": "nom noms nomdefamille nomusuel nomdusage lastname",
    "organisation": "organisation organisations organisme structure nomdelastructure nomdelorganisation employeur "
    "societe etablissement",
    "sector": "secteur secteurs type typedestructure typedorganisation categorie secteurdactivite",
    "pair": "binome binomes duo numerodebinome nobinome ndebinome",
}
FIELD_OF = {spelling: field for field, spellings in COLUMNS.items() for spelling in spellings.split()}

SECTORS = {
    Sector.ASSOCIATION: "association associations asso assos associatif associative ong fondation 1901",
    Sector.COMPANY: "entreprise entreprises societe prive privee pme tpe sarl sas commerce cooperative",
    Sector.AUTHORITY: "collectivite collectivites territoriale mairie commune ville metropole agglomeration "
    "intercommunalite epci departement region public publique etat prefecture",
    Sector.SCHOOL: "enseignement ecole college lycee universite universitaire scolaire cfa iut formation",
    Sector.OTHER: "autre autres particulier independant",
}
SECTOR_OF = {word: sector for sector, words in SECTORS.items() for word in words.split()}


class Unreadable(ValueError):
    """A file of which nothing can be made; says why in French."""


@dataclass(frozen=True)
class Line:
    """One line of the file: its number there, what it says, and what is wrong with it (or nothing)."""

    number: int
    cells: tuple[str, ...]
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    organisation: str = ""
    sector: str = ""
    pair: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Roster:
    """The headings of the file, its lines in order, and what to tell about how it was read."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    notice: str = ""


def read(data):
    """The Roster in the bytes of a file. Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable("Ce fichier est trop lourd : 2 Mo au plus. Partagez-le.")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("Ce fichier est un ancien classeur Excel (.xls). Enregistrez-le en XLSX ou en CSV.")
    rows, notice = (spreadsheet(data), "") if data.startswith(b"PK\x03\x04") else separated(data)
    rows = [(number, tuple(clean(cell) for cell in cells)) for number, cells in rows]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    if not rows:
        raise Unreadable("Ce fichier est vide.")
    start, fields = columns(rows)
    if len(rows) - start - 1 > MAX_LINES:
        raise Unreadable("Cette liste est trop longue : 2 000 lignes au plus. Partagez-la.")
    lines = [line_of(number, cells, fields) for number, cells in rows[start + 1 :]]
    return Roster(headings=rows[start][1], lines=tuple(with_doubles(lines)), notice=notice)


def spreadsheet(data):
    """The rows of the first sheet of an XLSX, with their numbers."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parcel:
            unpacked = sum(one.file_size for one in parcel.infolist())
        rows = sheet(data) if unpacked <= MAX_UNPACKED else None
    except Exception as error:
        # A damaged parcel, or one with a password, makes zipfile, zlib, expat or openpyxl raise whatever they meet.
        raise Unreadable("Ce classeur est abîmé, ou n’en est pas un. Enregistrez la liste en CSV.") from error
    if rows is None:
        raise Unreadable("Ce classeur est trop lourd une fois ouvert. Enregistrez la liste en CSV.")
    return rows


def sheet(data):
    """The rows of the first sheet that hold something."""
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    rows = []
    for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
        if any(cell is not None for cell in cells):
            rows.append((number, ["" if cell is None else str(cell) for cell in cells[:60]]))
        if len(rows) > MAX_LINES + 10:
            break
    book.close()
    return rows


def separated(data):
    """The rows of a text with separators, each with the number of its first line; and a notice."""
    text, notice = decoded(data)
    if "\x00" in text:
        raise Unreadable("Ce fichier n’est ni un classeur XLSX ni un texte CSV.")
    if text.count('"') % 2:
        notice = f"{notice} {OPEN_QUOTE}".strip()
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("sep=")), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=first.count))
    rows, number = [], 1
    try:
        for cells in reader:
            if not (cells and cells[0].startswith("sep=")):
                rows.append((number, cells[:60]))
            number = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"Ce fichier ne se lit plus après la ligne {reader.line_num}.") from error
    return rows, notice


def decoded(data):
    """(text, notice) of bytes of an unknown hand."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace"), ""
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), OLD_WINDOWS


def clean(cell):
    """The text of a cell without what nobody typed: controls, invisible characters, spaces around and in a row."""
    text = unicodedata.normalize("NFC", cell)
    text = "".join(" " if one.isspace() else one for one in text if unicodedata.category(one) != "Cf")
    text = "".join(one for one in text if unicodedata.category(one) != "Cc")
    return " ".join(text.split())


def columns(rows):
    """(place of the row of headings, column of each field). Raises Unreadable without a column of addresses."""
    for place, (_, cells) in enumerate(rows[:5]):
        fields: dict[str, int] = {}
        for column, cell in enumerate(cells):
            field = FIELD_OF.get(re.sub(r"[^a-z0-9]", "", folded(cell)))
            if field:
                fields.setdefault(field, column)
        if "email" in fields:
            return place, fields
    raise Unreadable(
        "Aucune colonne d’adresses n’a été trouvée. La première ligne doit porter les titres : e-mail, prénom, nom, "
        "organisation, secteur, binôme."
    )


def line_of(number, cells, fields):
    """The Line of these cells, with its first fault."""
    said = {field: cells[column] if column < len(cells) else "" for field, column in fields.items()}
    email = address(said["email"])
    facts = {
        "email": email,
        "first_name": name(said.get("first_name", "")),
        "last_name": name(said.get("last_name", "")),
        "organisation": said.get("organisation", ""),
        "sector": sector(said.get("sector", "")) or "",
        "pair": pair_key(said.get("pair", ""), email),
    }
    return Line(number=number, cells=cells, fault=fault_of(facts, said), **facts)


def fault_of(facts, said):
    """What keeps this line from being used, in French; nothing if it can."""
    if not said["email"]:
        return "L’adresse manque."
    try:
        validate_email(facts["email"])
    except ValidationError:
        return f"« {said['email'][:80]} » n’est pas une adresse e-mail."
    for field, label in (("email", "L’adresse"), ("first_name", "Le prénom"), ("last_name", "Le nom")):
        if len(facts[field]) > LONGEST[field]:
            return f"{label} dépasse {LONGEST[field]} caractères."
    if len(facts["organisation"]) > LONGEST["organisation"]:
        return "Le nom de l’organisation dépasse 160 caractères."
    if said.get("sector") and not facts["sector"]:
        return (
            f"Secteur inconnu : « {said['sector'][:40]} ». Écrivez association, entreprise, collectivité, "
            "enseignement ou autre."
        )
    return ""


def address(text):
    """An address in small letters, without the name or the scheme that mail programs put around it."""
    inside = re.search(r"<([^<>]+)>\s*$", text)
    return (inside.group(1) if inside else text).strip().removeprefix("mailto:").rstrip(";,. ").casefold()


def name(text):
    """A name; one typed all in capitals gets small letters."""
    if len(text) > 2 and text.isupper():
        return re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), text)
    return text


def sector(text):
    """The sector that these words name, or None."""
    words = re.findall(r"[a-z0-9]+", folded(text))
    return next((SECTOR_OF[word].value for word in words if word in SECTOR_OF), None)


def pair_key(text, email):
    """What two lines of one pair have in common: a label, or the addresses of both."""
    if "@" in text:
        return " ".join(sorted({address(text), email}))
    return folded(text)


def with_doubles(lines):
    """The lines, those told twice marked, and those of a pair that is full already."""
    seen: dict[str, int] = {}
    pairs: dict[str, list[int]] = {}
    for line in lines:
        fault = line.fault
        if not fault and line.email in seen:
            fault = f"Cette adresse est déjà à la ligne {seen[line.email]}."
        members = pairs.setdefault(line.pair, [])
        if not fault and line.pair and len(members) == 2:
            fault = f"Ce binôme a déjà deux personnes, lignes {members[0]} et {members[1]}."
        if not fault:
            seen[line.email] = line.number
            members.append(line.number)
        yield line if fault == line.fault else Line(**{**vars(line), "fault": fault})
