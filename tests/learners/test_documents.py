"""The attestation read back from its bytes. Certificates are built in memory: no database."""

import io
import re
import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pypdf
import pytest
from django.utils import timezone, translation

from learners import documents
from learners.models import Certificate

CODE = "23456789ABCDEFGHJKLMNPQR"
ADDRESS = f"https://alliance.example/attestations/{CODE}/"
ABILITIES = [
    "expliquer les effets attendus d'une alliance",
    "situer une organisation ou un territoire",
]
LONG_ABILITY = (
    "travailler avec des partenaires très différents sur un territoire que personne ne connaît entièrement, "
    "en tenant compte des besoins, des ressources et des envies d’agir de chacune et de chacun, "
    "sans jamais décider à la place des autres"
)
LONG_NAME = (
    "Marie-Françoise Éléonore Bérengère de la Tour d’Auvergne-Lauraguais-Montmorency "
    "Nguyễn Thị Phương Thảo Wolfeschlegelsteinhausenbergerdorff-Vandenbroucke de Saint-Exupéry-d’Ornano"
)[:170]


@pytest.fixture(autouse=True)
def _public_address(settings):
    settings.SITE_URL = "https://alliance.example"
    settings.SITE_NAME = "Faire alliance"


def certificate(**changes):
    facts = {
        "code": CODE,
        "issued_at": datetime(2026, 11, 22, 23, 30, 5, 123456, tzinfo=UTC),  # already the 23rd in Paris
        "holder": "Inès Lefèvre-Dubœuf",
        "track_title": "Décideurs",
        "version": "2026-11-02 · 41",
        "organisation": "Les Ateliers du Port",
        "cohort_name": "Hauts-de-France : automne",
        "award": "suivi",
        "award_label": "Attestation de suivi",
        "hours": Decimal("6.5"),
        "abilities": "\n".join(ABILITIES),
    }
    return Certificate(**(facts | changes))


def read(**changes):
    return pypdf.PdfReader(io.BytesIO(documents.drawn(certificate(**changes))))


def words(reader):
    """The text of the only page, in reading order, its spaces made equal."""
    (page,) = reader.pages
    return " ".join(page.extract_text().split())


def test_the_attestation_says_who_followed_what_for_how_long_and_where_to_check_it():
    assert words(read()) == (
        "Faire alliance Attestation de suivi délivrée à Inès Lefèvre-Dubœuf "
        "pour avoir suivi le parcours « Décideurs » "
        "Capacités travaillées "
        "– expliquer les effets attendus d’une alliance – situer une organisation ou un territoire "
        "Durée 6 h 30 Organisation Les Ateliers du Port Cohorte Hauts-de-France : automne Version 2026-11-02 · 41 "
        "Délivrée le 23 novembre 2026 par Faire alliance "
        f"Vérifier cette attestation {ADDRESS} Code 2345-6789-ABCD-EFGH-JKLM-NPQR "
        "Ce document rend compte d’un parcours suivi sur la plateforme. "
        "Ce n’est ni un diplôme, ni une qualification professionnelle."
    )


def test_a_passed_track_is_said_to_be_passed():
    text = words(read(award="reussite", award_label="Attestation de réussite du parcours"))
    assert "Attestation de réussite du parcours délivrée à" in text
    assert "pour avoir suivi et réussi le parcours « Décideurs » Capacités travaillées et évaluées –" in text


def test_it_never_claims_to_be_more_than_an_attestation():
    text = words(read(award="reussite", award_label="Attestation de réussite du parcours")).lower()
    assert "certifi" not in text
    assert re.findall(r"\bdipl\w+|\btitres?\b", text) == ["diplôme"]
    assert "ni un diplôme" in text


def test_what_does_not_apply_is_not_printed():
    text = words(read(organisation="", cohort_name="", version="", abilities=""))
    assert "Capacités" not in text
    assert "« Décideurs » Durée 6 h 30 Délivrée le 23 novembre 2026" in text


def test_figures_and_quotes_have_the_spaces_of_printed_french():
    (page,) = read(abilities="poser la question : pourquoi ?").pages
    text = page.extract_text()
    for printed in (
        "«\u202fDécideurs\u202f»",
        "question\u00a0: pourquoi\u202f?",
        "6\u00a0h\u00a030",
        "23\u00a0novembre 2026",
    ):
        assert printed in text


def test_it_is_one_a4_page_lying():
    (page,) = read().pages
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [297, 210]


def test_it_is_archivable_and_accessible():
    reader = read()
    catalog = reader.trailer["/Root"]
    xmp = catalog["/Metadata"].get_object().get_data().decode()
    assert catalog["/Lang"] == "fr-FR"
    assert catalog["/MarkInfo"]["/Marked"].value is True
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert catalog["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    for claim in (
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
    ):
        assert claim in xmp
    assert reader.metadata.title == "Attestation de suivi – «\u202fDécideurs\u202f» – Inès Lefèvre-Dubœuf"
    assert reader.metadata.author == "Faire alliance"
    assert reader.metadata.creation_date == datetime(2026, 11, 22, 23, 30, 5, tzinfo=UTC)


def test_its_structure_has_one_title_a_list_and_one_described_figure():
    found = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((node["/S"], node.get("/Alt")))
            if "/K" in node:
                walk(node["/K"])

    walk(read().trailer["/Root"]["/StructTreeRoot"])
    roles = [role for role, _alt in found]
    assert roles.count("/H1") == 1
    assert roles.count("/LI") == 2
    assert [alt for role, alt in found if role == "/Figure"] == [
        f"Code QR qui mène à l’adresse de vérification {ADDRESS}"
    ]


def test_its_address_is_a_link():
    (page,) = read().pages
    assert [note.get_object()["/A"]["/URI"] for note in page["/Annots"]] == [ADDRESS]


def test_its_fonts_are_embedded():
    (page,) = read().pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert descriptors
    assert all("LibertinusSerif" in one["/FontName"] for one in descriptors)
    assert all({"/FontFile2", "/FontFile3"} & one.keys() for one in descriptors)


@pytest.mark.parametrize("document", [documents.drawn, documents.attestation_pdf], ids=["drawn", "sealed"])
def test_the_same_facts_give_the_same_bytes_again(monkeypatch, document):
    first = document(certificate())
    assert document(certificate(holder="Autre Personne")) != first
    monkeypatch.setattr(documents, "_press", documents._Press())
    assert document(certificate()) == first


def test_the_language_of_a_reader_changes_nothing():
    first = documents.attestation_pdf(certificate())
    with translation.override("en"), timezone.override("Pacific/Auckland"):
        assert documents.attestation_pdf(certificate()) == first


def test_typed_markup_is_printed_literally():
    typed = "#panic() #inject[x] $y$ *b* _i_ \\u{41} <b> // `c` = h"
    text = words(read(holder=typed, track_title=typed, cohort_name=typed, abilities=typed))
    assert text.count(typed) == 4


def test_separators_in_facts_cannot_forge_a_line():
    text = words(read(organisation="", cohort_name="Nord\nDurée\t100 h\rfin"))
    assert "Durée 6 h 30 Cohorte Nord Durée 100 h fin Version" in text
    assert text.count("6 h 30") == 1


@pytest.mark.parametrize(
    "name",
    ["Đặng Thị Ngọc Ánh", "Александра Щукина", "Ωμέγα Παπαδόπουλος", "İpek Şahin", "Łukasz Żółć", "Zoe\u0308 O’Neill"],
)
def test_names_of_the_world_are_printed(name):
    assert documents.printable(name)
    assert words(read(holder=name)).count(name.replace("e\u0308", "ë")) == 1


@pytest.mark.parametrize("name", ["王小明", "محمد", "Zoé 🚀", "A\u202eB", "A\x00B", "A\nB", "\ud800"])
def test_names_that_could_not_be_printed_faithfully_are_recognised(name):
    assert not documents.printable(name)


def test_a_missing_glyph_never_stops_an_attestation():
    reader = read(holder="王小明 Li \ud800\u202e\x00", abilities="coopérer 🚀 ensemble")
    text = words(reader)
    assert "délivrée à □□□ Li pour avoir suivi" in text
    assert "– coopérer □ ensemble" in text
    assert text.endswith("Un caractère n’a pas pu être imprimé : le texte exact figure à l’adresse de vérification.")
    assert ADDRESS in text


@pytest.mark.parametrize("name", [LONG_NAME, "W" * 80 + " " + "M" * 80, "i" * 170])
def test_a_name_of_170_characters_fits_on_the_page(name):
    # Where a line breaks, inside a word or after a hyphen, is none of the test's business.
    assert "".join(name.split()) in "".join(words(read(holder=name)).split())


def test_long_facts_fit_on_the_page():
    abilities = "\n".join([LONG_ABILITY] * 8)
    facts = {"track_title": "Alliance " * 28, "cohort_name": "Territoires " * 10, "organisation": "Coopérative " * 13}
    text = words(read(abilities=abilities, holder=LONG_NAME, **facts))
    assert text.count("Coopérative ") == 13
    assert text.count(LONG_ABILITY) == 8
    assert text.count("Alliance ") == 28
    assert text.count("Territoires ") == 10


def test_threads_wait_for_each_other():
    alone = [documents.drawn(certificate(holder=f"Personne {n}")) for n in range(4)]
    together = {}

    def render(n):
        together[n] = documents.drawn(certificate(holder=f"Personne {n}"))

    threads = [threading.Thread(target=render, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[n] for n in range(4)] == alone


def test_a_process_forked_after_a_rendering_refuses_instead_of_hanging(monkeypatch):
    monkeypatch.setattr(documents._press, "_process", -1)
    with pytest.raises(RuntimeError, match="before this process was forked"):
        documents.drawn(certificate())


def test_the_arch_is_the_emblem_of_the_site():
    root = Path(__file__).resolve().parents[2]
    site = (root / "lms/static/lms/img/emblem.svg").read_text()
    assert re.findall(r"<path.*", (documents.SOURCES / "arch.svg").read_text()) == re.findall(r"<path.*", site)
