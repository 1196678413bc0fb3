"""Files of unknown hands, read as lists of people."""

import io
import re
from contextlib import suppress

import pytest
from openpyxl import Workbook

from learners import rosters

HEAD = "Courriel;Prénom;Nom;Structure;Type;Binôme\n"
LINE = "Lea@Exemple.FR;Léa;ROUX;Mairie de Lens;mairie;\n"


def facts(roster):
    (line,) = roster.lines
    return line.email, line.first_name, line.last_name, line.organisation, line.sector, line.fault


READ = ("lea@exemple.fr", "Léa", "Roux", "Mairie de Lens", "collectivite", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_list_is_read_whatever_wrote_it(encoding, separator):
    roster = rosters.read((HEAD + LINE).replace(";", separator).encode(encoding))
    assert facts(roster) == READ
    assert bool(roster.notice) == (encoding == "cp1252")


def test_a_spreadsheet_is_read():
    book = Workbook()
    for row in (["Liste du 3 mars"], [], HEAD.strip().split(";"), LINE.strip().split(";")):
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    roster = rosters.read(written.getvalue())
    assert facts(roster) == READ
    assert roster.lines[0].number == 4


@pytest.mark.parametrize(
    "heading", ["E-mail", "Adresse e-mail", "ADRESSE MAIL", "Courriel", "Mél", "adresse électronique", "email :"]
)
def test_the_column_of_addresses_has_many_names(heading):
    assert rosters.read(f"Nom,{heading}\nRoux,lea@exemple.fr\n".encode()).lines[0].email == "lea@exemple.fr"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" Lea@Exemple.fr\u200b ", "lea@exemple.fr"),
        ("Léa Roux <lea@exemple.fr>", "lea@exemple.fr"),
        ("mailto:lea@exemple.fr", "lea@exemple.fr"),
    ],
)
def test_an_address_is_cleaned(typed, read):
    assert rosters.address(rosters.clean(typed)) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("asso", "association"),
        ("Association loi 1901", "association"),
        ("PME", "entreprise"),
        ("Mairie", "collectivite"),
        ("Collectivité territoriale", "collectivite"),
        ("lycée professionnel", "enseignement"),
        ("Autre", "autre"),
        ("martien", None),
    ],
)
def test_a_sector_is_recognised_in_everyday_words(typed, read):
    assert rosters.sector(typed) == read


def test_lines_keep_their_numbers_over_cells_of_several_lines_and_empty_lines():
    text = 'nom;email\n"Roux\nLéa";a@exemple.fr\n\n;;\nBenali;b@exemple.fr\n'
    assert [(line.number, line.last_name) for line in rosters.read(text.encode()).lines] == [
        (2, "Roux Léa"),
        (6, "Benali"),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (";Léa;Roux;;;", "L’adresse manque."),
        ("lea(at)exemple.fr;Léa;Roux;;;", "« lea(at)exemple.fr » n’est pas une adresse e-mail."),
        (f"lea@exemple.fr;{'L' * 81};Roux;;;", "Le prénom dépasse 80 caractères."),
        (f"lea@exemple.fr;Léa;Roux;{'x' * 161};;", "Le nom de l’organisation dépasse 160 caractères."),
        (
            "lea@exemple.fr;Léa;Roux;;martien;",
            "Secteur inconnu : « martien ». Écrivez association, entreprise, collectivité, enseignement ou autre.",
        ),
    ],
)
def test_a_wrong_line_says_why(line, fault):
    assert rosters.read(f"{HEAD}{line}\n".encode()).lines[0].fault == fault


def test_doubles_and_pairs_of_three_are_told_with_their_lines():
    lines = "a@x.fr;;;;;1\nA@x.fr;;;;;\nb@x.fr;;;;;1\nc@x.fr;;;;;1\n"
    assert [line.fault for line in rosters.read((HEAD + lines).encode()).lines] == [
        "",
        "Cette adresse est déjà à la ligne 2.",
        "",
        "Ce binôme a déjà deux personnes, lignes 2 et 4.",
    ]


def test_two_who_name_each_other_are_a_pair():
    lines = "a@x.fr;;;;;b@x.fr\nb@x.fr;;;;;A@x.fr\n"
    first, second = rosters.read((HEAD + lines).encode()).lines
    assert first.pair == second.pair == "a@x.fr b@x.fr"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "vide"),
        (b"nom;prenom\nRoux;Lea\n", "Aucune colonne"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "XLSX"),
        (b"PK\x03\x04" + b"x" * 99, "abîmé"),
        (b"a\x00b\x00;", "ni un classeur"),
        (b"email\n" + b"a@x.fr\n" * 2_001, "2 000 lignes"),
        (b"x" * (2 * 1024 * 1024 + 1), "2 Mo"),
    ],
)
def test_a_file_of_which_nothing_can_be_made_says_why(data, word):
    with pytest.raises(rosters.Unreadable) as refused:
        rosters.read(data)
    assert word in str(refused.value)


def test_a_damaged_workbook_is_refused_whatever_is_wrong_inside():
    book = Workbook()
    book.active.append(HEAD.strip().split(";"))
    written = io.BytesIO()
    book.save(written)
    whole = written.getvalue()
    under_password = bytearray(whole)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), whole):
            under_password[found.start() + place] |= 1
    broken = [bytearray(whole) for _ in range(20)]
    for number, one in enumerate(broken, start=1):
        one[number * len(one) // 25] ^= 0xFF
    with pytest.raises(rosters.Unreadable, match="abîmé"):
        rosters.read(bytes(under_password))
    for data in [*broken, *(whole[: len(whole) * part // 9] for part in range(1, 9))]:
        with suppress(rosters.Unreadable):  # anything else would be an error page
            rosters.read(bytes(data))


def test_a_quote_that_is_not_closed_is_told():
    swallowed = rosters.read((HEAD + 'a@x.fr;"Léa;Roux;;;\nb@x.fr;Bob;Roy;;;\n').encode())
    assert len(swallowed.lines) == 1
    assert "guillemet droit n’est pas refermé" in swallowed.notice
    assert rosters.read((HEAD + 'a@x.fr;"Léa";Roux;;;\n').encode()).notice == ""
