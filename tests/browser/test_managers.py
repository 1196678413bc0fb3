"""A manager sees who needs a hand in the cohorts that are theirs, exports it, and sees nothing of the others."""

import csv
import re
from io import StringIO
from operator import itemgetter

import pytest
from playwright.sync_api import expect

from tests.browser.people import arrives_at, plain, sign_in

HEADINGS = [
    "Nom",
    "Adresse e-mail",
    "Statut",
    "Étapes terminées",
    "Étapes obligatoires",
    "Avancée (%)",
    "Inscription",
    "Dernière activité",
    "Jours sans activité",
    "Parcours terminé",
    "Code de l’attestation",
]
MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def manager(people, product, size="desktop", *, javascript=True):
    """The manager of the demonstration, signed in, on the list of cohorts."""
    page = people(size, javascript=javascript)
    sign_in(page, "responsable@demo.example", product.password, to="/cohortes/")
    return page


def open_board(page, track):
    """The board of the demonstration's cohort of that track."""
    page.get_by_role("main").get_by_role("link", name=re.compile(f"^{track} ·")).click()
    expect(page.get_by_role("region", name="Personnes de la cohorte")).to_be_visible()
    page.wait_for_load_state()


def test_a_manager_sees_their_cohorts_and_not_those_of_others(people, product, backstage, size):
    page = manager(people, product, size)
    names = [plain(name) for name in page.get_by_role("main").get_by_role("heading", level=2).all_inner_texts()]
    assert sorted(name.split(" ·")[0] for name in names) == ["Catalyseurs", "Chefs de projet", "Jeunes"]

    (other,) = [pk for name, pk in backstage("cohorts").items() if name.startswith("Décideurs ·")]
    for address in (f"/cohortes/{other}/", f"/cohortes/{other}/export.csv"):
        assert page.goto(address).status == 404
        arrives_at(page, "Cette page n’existe pas, ou n’existe plus")


def test_the_board_shows_who_needs_a_hand_first_and_can_be_narrowed(people, product, size):
    page = manager(people, product, size)
    open_board(page, "Jeunes")
    rows = rows_of(page)
    states = [row["status"] for row in rows]
    order = ["besoin d’aide", "pas commencé", "en cours", "terminé"]
    assert states == sorted(states, key=order.index)
    assert set(states) == set(order)
    silences = [row["silent"] for row in rows if row["status"] == "besoin d’aide" and row["activity"]]
    assert silences == sorted(silences, reverse=True)
    figures = dict(re.findall(r"(besoin d’aide|en cours|terminé|pas commencé)\s+(\d+)", shown_figures(page)))
    assert {state: int(figures[state]) for state in order} == {state: states.count(state) for state in order}

    page.get_by_label("État").select_option(label="Besoin d’aide")
    page.get_by_role("button", name="Afficher").click()
    expect(page.locator(".heat tbody tr")).to_have_count(states.count("besoin d’aide"))
    assert rows_of(page) == [row for row in rows if row["status"] == "besoin d’aide"]

    page.get_by_label("Nom ou adresse").fill(rows[0]["email"].upper())
    page.get_by_role("button", name="Afficher").click()
    expect(page.locator(".heat tbody tr")).to_have_count(1)
    assert rows_of(page) == [rows[0]]

    page.get_by_label("Nom ou adresse").fill("personne de ce nom")
    page.get_by_role("button", name="Afficher").click()
    expect(page.get_by_role("heading", name="Personne ne correspond à ces filtres")).to_be_visible()
    page.get_by_role("link", name="Voir tout le monde").click()
    assert rows_of(page) == rows


def shown_figures(page):
    """The figures at the head of the board."""
    return plain(page.get_by_role("region", name="La cohorte en chiffres").inner_text())


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_from_the_list_of_cohorts_it_takes_four_presses_to_write_to_who_stalls(people, product, javascript):
    page = manager(people, product, size="phone", javascript=javascript)
    page.goto("/cohortes/")
    open_board(page, "Catalyseurs")
    name = page.locator(".contact strong").first.inner_text()
    page.locator(".contact").first.get_by_role("link", name="Écrire").click()
    arrives_at(page, f"Écrire à {name}")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("status").filter(has_text=f"Message envoyé à {name}.")).to_be_visible()
    expect(page.get_by_role("link", name=f"Écrire à {name}")).to_have_count(0)


def test_the_export_says_what_the_board_shows(people, product):
    page = manager(people, product)
    for track in ("Jeunes", "Chefs de projet"):
        page.goto("/cohortes/")
        open_board(page, track)
        with page.expect_download() as download:
            page.get_by_role("link", name="Exporter (CSV)").click()
        assert re.fullmatch(r"[a-z0-9-]+-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
        content = download.value.path().read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        heading, *lines = csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";")
        assert heading == HEADINGS
        exported = [of_export(dict(zip(HEADINGS, line, strict=True))) for line in lines]
        assert sorted(exported, key=itemgetter("email")) == sorted(rows_of(page), key=itemgetter("email"))


def rows_of(page):
    """The board as plain values, row by row."""
    rows = []
    for row in page.locator(".heat tbody tr").all():
        cells = row.locator("th, td:not(.cell)").all()
        person, status, progress, activity, following = (cell.inner_text() for cell in cells)
        email = row.locator("th span").inner_text()
        done, total = re.search(r"(\d+) étapes? sur (\d+)", plain(progress)).groups()
        silent = re.search(r"il y a (\d+) jour", plain(activity))
        finished = re.search(r"Terminé le (.*)", following.replace("\xa0", " "))
        code = row.get_by_role("link", name="Attestation")
        rows.append(
            {
                "name": person.replace(email, "").strip(),
                "email": email.strip(),
                "status": plain(status).lower(),
                "done": int(done),
                "total": int(total),
                "activity": row.locator("time").get_attribute("datetime")[:10] if row.locator("time").count() else "",
                "silent": int(silent[1]) if silent else 0,
                "finished": day(finished[1]) if finished else "",
                "code": code.get_attribute("href").split("/")[2] if code.count() else "",
            }
        )
    return rows


def of_export(line):
    """A line of the export in the same words; it says how silent someone is who never came."""
    done, total = int(line["Étapes terminées"]), int(line["Étapes obligatoires"])
    assert int(line["Avancée (%)"]) == 100 * done // total
    return {
        "name": line["Nom"],
        "email": line["Adresse e-mail"],
        "status": line["Statut"],
        "done": done,
        "total": total,
        "activity": line["Dernière activité"],
        "silent": int(line["Jours sans activité"]) if line["Dernière activité"] else 0,
        "finished": line["Parcours terminé"],
        "code": line["Code de l’attestation"],
    }


def day(text):
    """« 1er août 2026 » as 2026-08-01."""
    number, month, year = plain(text).split()
    return f"{year}-{MONTHS.index(month) + 1:02}-{int(number.removesuffix('er')):02}"


def test_what_a_learner_does_appears_on_the_board(people, product, backstage, email):
    lead = f"lead.{email}"
    for who in (lead, email):
        backstage("person", email=who)
    cohort = backstage("lead", email=lead, cohort=f"Essai {email}", track="decideurs")
    board = people.signed_in(backstage("session", email=lead))
    board.goto(f"/cohortes/{cohort}/")
    expect(board.get_by_role("heading", name="Personne n’est encore inscrit")).to_be_visible()

    backstage("follow", email=email, track="decideurs", cohort=f"Essai {email}")
    board.reload()
    assert [(row["email"], row["status"], row["done"]) for row in rows_of(board)] == [(email, "pas commencé", 0)]

    backstage("follow", email=email, track="decideurs", steps=99)
    (code,) = backstage("certificates_of", email=email)
    board.reload()
    (row,) = rows_of(board)
    assert (row["status"], row["done"], row["code"]) == ("terminé", row["total"], code)


def test_who_leads_no_cohort_is_offered_none(people, backstage, email):
    backstage("person", email=email)
    page = people.signed_in(backstage("session", email=email), "phone")
    page.goto("/cohortes/")
    expect(page.get_by_role("heading", name="Aucune cohorte pour le moment")).to_be_visible()
    expect(page.get_by_role("navigation", name="Menu principal").get_by_text("Mes cohortes")).to_have_count(0)
    assert page.goto(f"/cohortes/{min(backstage('cohorts').values())}/").status == 404
    stranger = people("phone")
    stranger.goto("/cohortes/")
    arrives_at(stranger, "Se connecter")
