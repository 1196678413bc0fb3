"""The board of a cohort and its export: whom to help, counted by hand."""

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from openpyxl import load_workbook

from learners.enrolment import withdraw
from learners.models import Certificate, Enrolment, User
from tests.factories.learners import NOW, enrol, finish, make_cohort, make_person
from tests.lms.visiting import Visitor, plain
from tests.worlds import made_once

DAY = timedelta(days=1)


@made_once
def lead():
    """Somebody who leads the cohort of the tests."""
    return make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")


@pytest.fixture
def samuel(lead):
    """The lead at the browser."""
    return Visitor(lead)


@made_once
def cohort(published, lead):
    """A cohort without anybody yet."""
    return make_cohort(published[1], lead=lead, name="Automne", opens_on=date(2026, 10, 1))


def follow(cohort, first_name, last_name, *, since, steps=0, until=None, **fields):
    """Somebody who enrolled so many days ago, and finished so many steps so many days ago."""
    address = f"{first_name}.{last_name}".lower().replace("è", "e").replace("é", "e").replace(" ", "-")
    person = make_person(f"{address}@example.org", first_name=first_name, last_name=last_name, **fields)
    row = enrol(person, cohort.track, at=NOW - since * DAY, cohort=cohort)
    return finish(row, steps=steps, at=NOW - (since if until is None else until) * DAY)


@made_once
def people(cohort):
    """Seven learners in every state, and four who do not count."""
    follow(cohort, "Ada", "Abel", since=30, steps=4, until=3)
    follow(cohort, "Bruno", "Bailly", since=20, steps=2, until=2)
    follow(cohort, "Cléo", "Caron", since=25, steps=1, until=12)
    follow(cohort, "Dan", "Da Silva", since=2)
    follow(cohort, "Ève", "Évrard", since=15)
    follow(cohort, "Fatou", "Zadi", since=20, steps=3, until=10)
    follow(cohort, "Gaël", "Faure", since=20, steps=3, until=9)
    gone = follow(cohort, "Parti", "Loin", since=20, steps=2)
    withdraw(person=gone.person, track_pk=cohort.track_id, at=NOW)
    follow(cohort, "Membre", "Équipe", since=20, steps=2, is_staff=True)
    follow(make_cohort(cohort.track, name="Printemps"), "Autre", "Cohorte", since=20, steps=1)
    enrol(make_person("seule@example.org"), cohort.track)


URGENT = ["Ève Évrard", "Cléo Caron", "Fatou Zadi", "Dan Da Silva", "Gaël Faure", "Bruno Bailly", "Ada Abel"]


def names(page):
    """The people of the board, in order."""
    return [plain(one.a.get_text()) for one in page.main.select(".heat tbody th")]


def lines(page):
    """The rows of the board, as words, without the modules."""
    return [
        [plain(cell.get_text(" ")) for cell in row.find_all(["th", "td"]) if "cell" not in cell.get("class", [])]
        for row in page.main.select(".heat tbody tr")
    ]


def modules(page):
    """The words of the modules, by name."""
    return {
        plain(row.th.a.get_text()): [plain(one.get_text()) for one in row.select("td.cell .visually-hidden")]
        for row in page.main.select(".heat tbody tr")
    }


def matters(page):
    """What comes first: the figure, its words, and what is under it."""
    return [plain(one.get_text(" ")) for one in page.main.select(".matter")]


def table(page, name):
    """The rows of the chart that this heading names."""
    (section,) = [one for one in page.main.select(".chart") if plain(one.h3.get_text()) == name]
    return [
        [plain(cell.get_text(" ")) for cell in row.find_all(["th", "td"])] for row in section.select("table tbody tr")
    ]


def figures(page):
    """The headline counts, by label."""
    return {plain(one.dt.get_text()): plain(one.dd.get_text()) for one in page.main.select(".stat")}


# ---------------------------------------------------------------- the list of cohorts


def test_a_manager_sees_the_cohorts_that_they_lead_and_how_many_need_help(samuel, cohort, people):
    make_cohort(cohort.track, lead=make_person("other@example.org"), name="Celle d’une autre")

    page = samuel.open("/cohortes/")

    (card,) = page.main.select(".card")
    assert plain(card.get_text(" ")) == "Automne Jeunes depuis le 1er octobre 2026 7 inscrits 3 personnes à relancer"
    assert page.links["Automne"] == f"/cohortes/{cohort.pk}/"
    assert "Celle d’une autre" not in page.words


def test_a_cohort_where_nobody_is_stuck_says_so(samuel, cohort):
    follow(cohort, "Dan", "Da Silva", since=2)

    assert "1 inscrit Personne n’est en difficulté." in samuel.open("/cohortes/").words


def test_somebody_who_leads_nothing_reads_why_the_list_is_empty(nadia, cohort, people):
    page = nadia.open("/cohortes/")

    assert (page.status, page.h1) == (200, "Mes cohortes")
    assert "Aucune cohorte pour le moment" in page.headings
    assert "Mes cohortes" not in [link.get_text() for link in page.soup.select(".site-nav a")]


def test_an_administrator_sees_every_cohort(admin, cohort, people):
    links = Visitor(admin).open("/cohortes/").links
    assert sorted(links) == ["Automne", "Printemps", "Questions des quiz", "Relectures"]


# ---------------------------------------------------------------- the board


def test_the_board_counts_each_state_and_puts_who_needs_help_first(samuel, cohort, people):
    page = samuel.open(f"/cohortes/{cohort.pk}/")

    assert (page.status, page.h1) == (200, "Automne")
    assert figures(page) == {
        "besoin d’aide": "3",
        "en cours": "2",
        "terminé": "1",
        "pas commencé": "1",
        "inscrits": "7",
    }
    assert names(page) == URGENT


def test_each_row_tells_the_state_the_progress_the_last_activity_and_what_comes_next(samuel, cohort, people):
    told = lines(samuel.open(f"/cohortes/{cohort.pk}/"))

    assert told == [
        ["Ève Évrard eve.evrard@example.org", "Besoin d’aide", "0 étape sur 4 terminée", "jamais", "Leçon 1.1"],
        [
            "Cléo Caron cleo.caron@example.org",
            "Besoin d’aide",
            "1 étape sur 4 terminée",
            "11 novembre 2026 il y a 12 jours",
            "Leçon 1.2",
        ],
        [
            "Fatou Zadi fatou.zadi@example.org",
            "Besoin d’aide",
            "3 étapes sur 4 terminées",
            "13 novembre 2026 il y a 10 jours",
            "Leçon 2.1",
        ],
        ["Dan Da Silva dan.da-silva@example.org", "Pas commencé", "0 étape sur 4 terminée", "jamais", "Leçon 1.1"],
        [
            "Gaël Faure gaël.faure@example.org",
            "En cours",
            "3 étapes sur 4 terminées",
            "14 novembre 2026 il y a 9 jours",
            "Leçon 2.1",
        ],
        [
            "Bruno Bailly bruno.bailly@example.org",
            "En cours",
            "2 étapes sur 4 terminées",
            "21 novembre 2026 il y a 2 jours",
            "Quiz 1",
        ],
        [
            "Ada Abel ada.abel@example.org",
            "Terminé",
            "4 étapes sur 4 terminées",
            "20 novembre 2026 il y a 3 jours",
            "Terminé le 20 novembre 2026 Attestation de Ada Abel",
        ],
    ]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("urgence", URGENT),
        ("nom", ["Ada Abel", "Bruno Bailly", "Cléo Caron", "Dan Da Silva", "Ève Évrard", "Fatou Zadi", "Gaël Faure"]),
        (
            "avancee",
            ["Ada Abel", "Fatou Zadi", "Gaël Faure", "Bruno Bailly", "Cléo Caron", "Dan Da Silva", "Ève Évrard"],
        ),
        (
            "activite",
            ["Bruno Bailly", "Dan Da Silva", "Ada Abel", "Gaël Faure", "Fatou Zadi", "Cléo Caron", "Ève Évrard"],
        ),
        ("n-importe-quoi", URGENT),
    ],
)
def test_the_board_is_sorted_as_asked(samuel, cohort, people, sort, order):
    page = samuel.press(samuel.open(f"/cohortes/{cohort.pk}/"), "Afficher", {"tri": sort})

    assert names(page) == order


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"statut": "stalled"}, ["Ève Évrard", "Cléo Caron", "Fatou Zadi"]),
        ({"statut": "not_started"}, ["Dan Da Silva"]),
        ({"statut": "doing"}, ["Gaël Faure", "Bruno Bailly"]),
        ({"statut": "done"}, ["Ada Abel"]),
        ({"q": "faure"}, ["Gaël Faure"]),
        ({"q": "CLEO"}, ["Cléo Caron"]),
        ({"q": "silva dan"}, ["Dan Da Silva"]),
        ({"q": "bailly@example"}, ["Bruno Bailly"]),
        ({"q": "a", "statut": "doing", "tri": "nom"}, ["Bruno Bailly", "Gaël Faure"]),
        ({"q": "parti"}, []),
        ({"statut": "inconnu"}, []),
        ({"statut": "stuck"}, []),
        ({"module": "1"}, ["Ève Évrard", "Cléo Caron", "Dan Da Silva", "Bruno Bailly"]),
        ({"module": "2"}, ["Fatou Zadi", "Gaël Faure"]),
        ({"module": "2", "statut": "doing"}, ["Gaël Faure"]),
    ],
)
def test_the_board_is_filtered_by_state_and_by_name_or_address(samuel, cohort, people, query, found):
    page = samuel.press(samuel.open(f"/cohortes/{cohort.pk}/"), "Afficher", query)

    assert names(page) == found
    assert figures(page)["inscrits"] == "7"
    for name, value in query.items():
        if value != "inconnu":
            assert page.form("Afficher")[2][name] == [value]
    if not found:
        assert "Personne ne correspond à ces filtres" in page.headings
        assert names(samuel.open(f"/cohortes/{cohort.pk}/{page.links['Voir tout le monde']}")) == URGENT


def test_an_empty_cohort_says_so(samuel, cohort):
    page = samuel.open(f"/cohortes/{cohort.pk}/")

    assert "Personne n’est encore inscrit" in page.headings
    assert set(figures(page).values()) == {"0"}


def test_a_board_of_a_track_that_was_unpublished_still_tells_who_is_there(samuel, cohort, people, track):
    track.unpublish()

    page = samuel.open(f"/cohortes/{cohort.pk}/")

    assert (page.status, sorted(names(page))) == (200, sorted(URGENT))
    assert samuel.client.get(f"/cohortes/{cohort.pk}/export.csv").status_code == 200
    assert samuel.open("/cohortes/").status == 200


@pytest.fixture
def crowd(cohort):
    """One hundred and twenty learners."""
    people = User.objects.bulk_create(
        User(email=f"p{number:03}@example.org", first_name=f"P{number:03}", last_name="X") for number in range(120)
    )
    Enrolment.objects.bulk_create(
        Enrolment(person=person, track_id=cohort.track_id, cohort=cohort, enrolled_at=NOW, last_activity_at=NOW)
        for person in people
    )


def test_a_large_cohort_is_read_page_by_page_and_keeps_its_filters(samuel, cohort, crowd):
    first = samuel.open(f"/cohortes/{cohort.pk}/?tri=nom&q=example")
    second = samuel.open(f"/cohortes/{cohort.pk}/{first.links['Page suivante']}")
    last = samuel.open(f"/cohortes/{cohort.pk}/{second.links['Page suivante']}")

    assert [names(page) for page in (first, second, last)] == [
        [f"P{number:03} X" for number in numbers] for numbers in (range(50), range(50, 100), range(100, 120))
    ]
    assert "Page 2 sur 3" in second.words
    assert second.form("Afficher")[2] == {
        "q": ["example"],
        "statut": [""],
        "module": [""],
        "secteur": [""],
        "organisation": [""],
        "tri": ["nom"],
    }
    assert "Page suivante" not in last.links


@pytest.mark.parametrize(("asked", "shown"), [("0", 3), ("99", 3), ("-1", 3), ("abc", 1), ("", 1)])
def test_a_page_that_does_not_exist_gives_the_nearest_one(samuel, cohort, crowd, asked, shown):
    assert f"Page {shown} sur 3" in samuel.open(f"/cohortes/{cohort.pk}/?page={asked}").words


# ---------------------------------------------------------------- the export


def export(somebody, cohort):
    """The file as downloaded, and its rows by column."""
    response = somebody.client.get(f"/cohortes/{cohort.pk}/export.csv")
    content = b"".join(response.streaming_content)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    return response, content, rows


def test_the_export_opens_in_a_french_spreadsheet(samuel, cohort, people):
    response, content, rows = export(samuel, cohort)

    assert response.streaming
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="automne-2026-11-23.csv"'
    assert content[:3] == b"\xef\xbb\xbf"
    assert content.decode("utf-8-sig").splitlines()[0] == (
        "Nom;Adresse e-mail;Statut;Étapes terminées;Étapes obligatoires;Avancée (%);Inscription;"
        "Dernière activité;Jours sans activité;Parcours terminé;Code de l’attestation"
    )
    assert len(rows) == 7


def test_the_export_tells_the_facts_of_each_learner(samuel, cohort, people):
    _, _, rows = export(samuel, cohort)

    by_name = {row["Nom"]: list(row.values()) for row in rows}
    assert [by_name[name] for name in ("Cléo Caron", "Dan Da Silva", "Ada Abel")] == [
        [
            "Cléo Caron",
            "cleo.caron@example.org",
            "besoin d’aide",
            "1",
            "4",
            "25",
            "2026-10-29",
            "2026-11-11",
            "12",
            "",
            "",
        ],
        ["Dan Da Silva", "dan.da-silva@example.org", "pas commencé", "0", "4", "0", "2026-11-21", "", "2", "", ""],
        [
            "Ada Abel",
            "ada.abel@example.org",
            "terminé",
            "4",
            "4",
            "100",
            "2026-10-24",
            "2026-11-20",
            "3",
            "2026-11-20",
            Certificate.objects.get().code,
        ],
    ]


def test_the_export_and_the_board_tell_the_same_figures(samuel, cohort, people):
    board = samuel.open(f"/cohortes/{cohort.pk}/")
    _, _, rows = export(samuel, cohort)

    exported = [
        (f"{row['Nom']} {row['Adresse e-mail']}", row["Statut"], row["Étapes terminées"], row["Étapes obligatoires"])
        for row in rows
    ]
    shown = [(who, state.lower(), done.split()[0], done.split()[3]) for who, state, done, *_ in lines(board)]
    assert sorted(exported) == sorted(shown)
    counted = {
        label: str([row["Statut"] for row in rows].count(label)) for label in figures(board) if label != "inscrits"
    }
    assert counted == {label: value for label, value in figures(board).items() if label != "inscrits"}


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        '=HYPERLINK("http://evil.example";"cliquez")',
        "+33 6 00 00 00 00",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "＝1+1",
        'Guillemet " et ; point-virgule',
        "Deux\nlignes",
    ],
)
def test_no_name_becomes_a_formula_or_breaks_a_line_of_the_export(samuel, cohort, name):
    enrol(make_person("mallory@example.org", first_name=name, last_name=""), cohort.track, cohort=cohort)

    _, _, (row,) = export(samuel, cohort)

    assert row["Nom"].lstrip("'") == name.strip()
    assert row["Nom"][0] not in "=+-@\t\r\n＝"
    assert row["Adresse e-mail"] == "mallory@example.org"


def test_an_address_that_begins_as_a_formula_is_harmless_too(samuel, cohort):
    enrol(make_person("=cmd@example.org"), cohort.track, cohort=cohort)

    _, _, (row,) = export(samuel, cohort)

    assert row["Adresse e-mail"] == "'=cmd@example.org"


def test_the_export_of_an_empty_cohort_has_its_headings(samuel, cohort):
    _, content, rows = export(samuel, cohort)

    assert (rows, content.count(b"\r\n")) == ([], 1)


def test_the_workbook_holds_the_rows_of_the_board_with_real_numbers_and_dates(samuel, cohort, people):
    enrol(make_person("cmd@example.org", first_name="=cmd", last_name="A"), cohort.track, at=NOW, cohort=cohort)
    response = samuel.client.get(f"/cohortes/{cohort.pk}/export.xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    headings, *rows = sheet.iter_rows(values_only=True)
    found = {row[0]: dict(zip(headings, row, strict=True)) for row in rows}

    assert response["Content-Disposition"] == 'attachment; filename="automne-2026-11-23.xlsx"'
    assert set(found) == {*URGENT, "'=cmd A"}
    assert found["Cléo Caron"] == {
        "Nom": "Cléo Caron",
        "Adresse e-mail": "cleo.caron@example.org",
        "Statut": "besoin d’aide",
        "Étapes terminées": 1,
        "Étapes obligatoires": 4,
        "Avancée (%)": 25,
        "Inscription": datetime(2026, 10, 29),  # noqa: DTZ001 — a cell has no zone
        "Dernière activité": datetime(2026, 11, 11),  # noqa: DTZ001 — a cell has no zone
        "Jours sans activité": 12,
        "Parcours terminé": None,
        "Code de l’attestation": None,
    }
    assert headings == tuple(export(samuel, cohort)[2][0])
