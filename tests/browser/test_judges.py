"""Programs that others wrote judge what the product hands out, for people who did not exist before.

Each must accept the true one and refuse an altered copy in the same run: a judge that is blind proves nothing. They are
where JUDGES says (tests/judges/install); `make check` brings them.
"""

import io
import json
import os
import secrets
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from asn1crypto import pem, x509
from playwright.sync_api import expect
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

SCRIPTS = Path(__file__).parent.parent / "judges"
# Whose names they read, each time: anybody's, one longer than a line, one in other letters than ours.
NAMES = {
    "common": (["Zoé", "Đặng", "İpek", "Łukasz", "Mariam"], ["Żółć", "Şahin", "O’Neill", "Œuvrard-Ñuñez", "Le Goff"]),
    "long": (
        ["Marie-Amélie Victoire Clotilde Élisabeth Hedwige", "Jean-Baptiste Alphonse Théophile Barthélemy Guénolé"],
        ["de La Tour d’Auvergne-Lauraguais de Rochechouart", "Nguyễn Thị Phương Thảo épouse Wojciechowska-Żółć"],
    ),
    "foreign": (["Александра", "Ωμέγα", "Юлія", "Ζωή"], ["Щукина", "Παπαδόπουλος", "Ґалаґан", "Ξενάκης"]),
}

pytestmark = pytest.mark.skipif("JUDGES" not in os.environ, reason="needs the judges: tests/judges/install FOLDER")


@pytest.fixture(scope="module")
def judges():
    return Path(os.environ["JUDGES"])


@pytest.fixture(scope="module")
def issue(backstage):
    """``issue(kind)`` gives the code and the name, of that kind, of somebody who has just finished a track."""

    def finish(kind):
        email = f"juge.{secrets.token_hex(4)}@example.org"
        first, last = map(secrets.choice, NAMES[kind])
        last = f"{last} {secrets.token_hex(2)}"
        backstage("person", email=email, first_name=first, last_name=last)
        code = backstage("follow", email=email, track=secrets.choice(["jeunes", "decideurs"]), steps=99)
        return code, f"{first} {last}"

    return finish


@pytest.fixture(scope="module")
def get(product):
    """``get(path)`` gives the bytes that anybody receives."""

    def fetched(path):
        with urlopen(f"{product.url}{path}", timeout=60) as answer:  # noqa: S310 — the product of this run
            return answer.read()

    return fetched


@pytest.fixture(scope="module")
def documents(issue, get, tmp_path_factory):
    """The files of three people, true, and copies of the first with one thing altered, of the same length."""
    folder = tmp_path_factory.mktemp("documents")
    true = [get(f"/attestations/{issue(kind)[0]}.pdf") for kind in NAMES]
    altered = {
        "no-language.pdf": true[0].replace(b"/Lang", b"/Lung"),
        "untagged.pdf": true[0].replace(b"/MarkInfo", b"/MurkInfo"),
    }
    files = {f"true-{number}.pdf": content for number, content in enumerate(true)} | altered
    for name, content in files.items():
        (folder / name).write_bytes(content)
    assert all(content not in true for content in altered.values())
    return folder


def said(command, documents, **options):
    """PASS or FAIL by file and profile, as a judge of documents says; anything else is a failure of the judge."""
    files = sorted(documents.glob("*.pdf"))
    ran = subprocess.run([*command, *files], capture_output=True, text=True, check=True, **options)
    lines = [line.split("\t") for line in ran.stdout.splitlines() if "\t" in line]
    return {(Path(file).stem, profile): verdict for profile, file, verdict, _ in lines}, ran.stdout + ran.stderr


EXPECTED = {
    **{(f"true-{number}", profile): "PASS" for number in range(3) for profile in ("3a", "ua1")},
    ("no-language", "ua1"): "FAIL",
    ("untagged", "3a"): "FAIL",
}


def test_verapdf_finds_every_document_archivable_and_accessible_and_refuses_altered_ones(judges, documents):
    classpath = (judges / "classpath").read_text().strip()
    verdicts, words = said(["java", "-cp", classpath, "VeraCheck", "3a,ua1"], documents, cwd=judges)
    assert {key: verdicts.get(key) for key in EXPECTED} == EXPECTED, words


def test_page_validation_agrees_without_exception(judges, documents):
    verdicts, words = said([judges / "venv/bin/python", SCRIPTS / "page_check.py"], documents)
    assert {key: verdicts.get(key) for key in EXPECTED} == EXPECTED, words


def test_pdfsig_finds_every_seal_valid_and_refuses_altered_documents(documents):
    def verdict(name):
        command = ["pdfsig", "-nocert", documents / name]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"LC_ALL": "C"})
        words = ("ETSI.CAdES.detached", "Total document signed", "Signature is Valid")
        return [word in ran.stdout for word in words]

    assert [verdict(f"true-{number}.pdf") for number in range(3)] == [[True, True, True]] * 3
    assert verdict("no-language.pdf") == [True, True, False]
    assert verdict("untagged.pdf") == [True, True, False]


def test_the_seal_is_that_of_the_certificate_which_the_product_gives(get, documents):
    chain = [x509.Certificate.load(der) for _, _, der in pem.unarmor(get("/attestations/cachet.pem"), multiple=True)]

    def verdict(name):
        (signature,) = PdfFileReader(io.BytesIO((documents / name).read_bytes())).embedded_signatures
        # In a thread of its own: that of the tests has a loop already, which the browser runs in.
        with ThreadPoolExecutor(1) as apart:
            found = apart.submit(validate_pdf_signature, signature, ValidationContext(trust_roots=chain[-1:]))
            return found.result().summary()

    assert [verdict(f"true-{number}.pdf") for number in range(3)] == ["INTACT:TRUSTED,UNTOUCHED"] * 3
    assert not verdict("no-language.pdf").startswith("INTACT")


def test_verifier_core_accepts_a_true_badge_and_refuses_altered_revoked_and_replaced_ones(
    judges, issue, get, backstage, tmp_path
):
    badges, codes = {}, {}
    for fate, kind in zip(("true", "revoked", "replaced"), NAMES, strict=True):
        codes[fate], name = issue(kind)
        badges[fate] = json.loads(get(f"/attestations/{codes[fate]}.json"))
        assert name in json.dumps(badges[fate], ensure_ascii=False)
    badges["altered"] = json.loads(json.dumps(badges["true"]).replace("Parcours", "Titre").replace("parcours", "titre"))
    backstage("revoke", code=codes["revoked"], reason="Erreur de personne")
    backstage("correct", code=codes["replaced"], holder="Nom Corrigé")

    (tmp_path / "badges.json").write_text(json.dumps(badges))
    command = ["node", SCRIPTS / "verify.mjs", judges, tmp_path / "badges.json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    verdicts = json.loads(ran.stdout.splitlines()[-1])
    steps = {
        fate: [one["steps"].get(step) for step in ("valid_signature", "revocation_status")]
        for fate, one in verdicts.items()
    }
    assert steps == {
        "true": [True, True],
        "revoked": [True, False],
        "replaced": [True, False],
        "altered": [None, None],
    }, ran.stderr
    assert verdicts["altered"]["errors"] == ["invalid_signature"]
    for fate in ("revoked", "replaced"):
        with pytest.raises(HTTPError, match="410"):
            get(f"/attestations/{codes[fate]}.json")


@pytest.mark.parametrize(
    ("kind", "deed", "said_of_it", "verdict"),
    [
        ("long", "revoke", {"reason": "Erreur de personne"}, "Cette attestation a été retirée"),
        ("foreign", "correct", {"holder": "Nom Corrigé"}, "Cette attestation a été remplacée"),
    ],
    ids=["revoked", "replaced"],
)
def test_the_code_printed_on_a_document_leads_a_phone_to_its_holder_then_to_what_became_of_it(
    judges, issue, get, backstage, people, product, tmp_path, kind, deed, said_of_it, verdict
):
    code, name = issue(kind)
    (tmp_path / "document.pdf").write_bytes(get(f"/attestations/{code}.pdf"))
    (address,) = codes_in(tmp_path / "document.pdf", judges)
    assert address == f"{product.url}/attestations/{code}/"

    phone = people("phone")
    phone.goto(address)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Cette attestation est authentique")
    expect(phone.get_by_text(name, exact=True)).to_be_visible()
    backstage(deed, code=code, **said_of_it)
    phone.goto(address)
    expect(phone.get_by_role("heading", level=1)).to_have_text(verdict)
    expect(phone.get_by_role("link", name="Voir le document (PDF)")).to_have_count(0)


def codes_in(document, judges):
    """What the codes printed on a document say, read from its picture as a phone would."""
    picture = document.with_suffix("")
    subprocess.run(["pdftoppm", "-gray", "-r", "120", "-singlefile", document, picture], check=True)
    command = [judges / "venv/bin/python", SCRIPTS / "read_codes.py", picture.with_suffix(".pgm")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
