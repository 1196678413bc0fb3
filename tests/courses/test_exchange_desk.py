"""Importing shows what it would do, then does it once; exporting is for those who may read the answers."""

from collections import Counter

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry, ReferenceIndex

from courses import importing
from courses.exchange.formats import FORMATS
from courses.models import BankQuestion
from tests.courses.test_bank import draw
from tests.factories.courses import make_quiz, single
from tests.factories.learners import make_person
from tests.factories.questions import bank_question, every_block

pytestmark = pytest.mark.django_db

IMPORT = "/admin/snippets/courses/bankquestion/import/"
EXPORT = "/admin/snippets/courses/bankquestion/export/"
SAMPLE = """
$CATEGORY: top/Mécénat

::Complète::Que dit l’ODD 17 ?{=Coopérer ~Rivaliser####Les partenariats.}

::Sans explication::Combien d’apports ?{#4}

Accolade oubliée {=oui ~non
"""


def staff(*codenames, email="paul@example.org"):
    """Somebody who may enter the admin, and do this."""
    person, team = make_person(email), Group.objects.create(name=f"Équipe de {email}")
    team.permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    person.groups.add(team)
    return person


@pytest.fixture
def author(client):
    """An author at the admin."""
    person = staff("add_bankquestion", "change_bankquestion", "publish_bankquestion")
    client.force_login(person)
    return person


def words(response):
    """The text of the page, with ordinary spaces."""
    return " ".join(BeautifulSoup(response.content, "html.parser").find("main").get_text(" ").split())


def upload(client, text=SAMPLE, *, name="questions.txt", **fields):
    """The page after choosing this file."""
    data = text.encode() if isinstance(text, str) else text
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, data), "state": "live", **fields})


def parcel(response):
    """What the confirmation posts."""
    return BeautifulSoup(response.content, "html.parser").find("input", {"name": "parcel"})["value"]


def test_the_dry_run_tells_line_problem_and_fate_and_writes_nothing(client, author):
    page = upload(client)
    told = words(page)
    assert "Questions qui seront créées : 2, dont en brouillon parce qu’incomplètes : 1." in told
    assert "8 Accolade oubliée {=oui ~non L’accolade ouverte ne se ferme pas" in told
    assert "4 Choix unique Complète publiée" in told
    assert "6 Nombre Sans explication brouillon À compléter avant de publier : Explication" in told
    assert BankQuestion.objects.count() == 0


def test_confirming_creates_the_questions_with_their_place_in_the_bank(client, author, track):
    page = upload(client, track=track.pk, difficulty="hard", tags="Bilan, Été")
    assert client.post(IMPORT, {"parcel": parcel(page)}).status_code == 302
    complete, draft = BankQuestion.objects.order_by("title")
    assert (complete.title, complete.live, complete.track_id, complete.difficulty) == (
        "Complète",
        True,
        track.pk,
        "hard",
    )
    assert set(complete.tags.names()) == {"Bilan", "Été", "Mécénat"}
    assert (complete.freeze().id, complete.freeze().solution) == (str(complete.uid), "Coopérer")
    assert (draft.title, draft.live, draft.latest_revision.user) == ("Sans explication", False, author)


def test_imported_questions_have_the_history_that_the_editor_would_have_written(client, author, track):
    client.post(IMPORT, {"parcel": parcel(upload(client, track=track.pk))})
    complete, draft = BankQuestion.objects.order_by("title")
    revision = complete.live_revision
    assert (revision, revision.user, revision.object_str) == (complete.latest_revision, author, "Complète")
    assert (complete.has_unpublished_changes, complete.first_published_at is None) == (False, False)
    assert revision.as_object().freeze() == complete.freeze()
    assert set(revision.as_object().tags.names()) == {"Mécénat"}
    assert (draft.live_revision, draft.has_unpublished_changes, draft.first_published_at) == (None, True, None)
    logs = ModelLogEntry.objects.filter(user=author)
    assert Counter(logs.values_list("label", "action")) == {
        ("Complète", "wagtail.create"): 1,
        ("Complète", "wagtail.publish"): 1,
        ("Sans explication", "wagtail.create"): 1,
    }
    assert ReferenceIndex.get_references_to(track).filter(model_path="track").count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_each_question_of_an_import_costs_few_queries(author, count):
    plan = importing.dry_run(b"Q ?{=a ~b####e}\n\n" * count, by=author)
    with CaptureQueriesContext(connection) as queries:
        importing.confirm(plan.parcel, by=author)
    assert len(queries) <= 25 + 15 * count


def test_who_lost_the_right_to_publish_since_the_dry_run_creates_nothing(client, author):
    sealed = parcel(upload(client))
    author.groups.get().permissions.remove(Permission.objects.get(codename="publish_bankquestion"))
    told = client.post(IMPORT, {"parcel": sealed}, follow=True).content.decode()
    assert "Vous ne pouvez plus publier de questions." in told
    assert BankQuestion.objects.count() == 0


def test_confirming_twice_creates_once(client, author):
    posted = {"parcel": parcel(upload(client))}
    client.post(IMPORT, posted)
    again = client.post(IMPORT, posted, follow=True)
    assert "Ces questions ont déjà été créées" in again.content.decode()
    assert BankQuestion.objects.count() == 2


def test_importing_the_same_file_again_is_another_decision(client, author):
    for _ in range(2):
        client.post(IMPORT, {"parcel": parcel(upload(client))})
    assert BankQuestion.objects.count() == 4


def test_a_confirmation_that_was_altered_or_belongs_to_somebody_else_creates_nothing(client, author):
    sealed = parcel(upload(client))
    assert "expiré ou a été modifiée" in client.post(IMPORT, {"parcel": sealed + "x"}, follow=True).content.decode()
    client.force_login(staff("add_bankquestion", email="marc@example.org"))
    assert "quelqu’un d’autre" in client.post(IMPORT, {"parcel": sealed}, follow=True).content.decode()
    assert BankQuestion.objects.count() == 0


def test_who_may_not_publish_imports_drafts(client):
    client.force_login(staff("add_bankquestion"))
    assert "live" not in {
        one["value"] for one in BeautifulSoup(client.get(IMPORT).content, "html.parser")("input", {"name": "state"})
    }
    assert "parcel" not in upload(client).content.decode()
    client.post(IMPORT, {"parcel": parcel(upload(client, state="draft"))})
    assert list(BankQuestion.objects.values_list("live", flat=True)) == [False, False]


def test_who_may_not_add_does_not_import(client):
    client.force_login(staff("change_bankquestion"))
    assert client.get(IMPORT).status_code == 302
    assert upload(client).status_code == 302
    assert "import/" not in client.get("/admin/snippets/courses/bankquestion/").content.decode()


def test_who_may_not_see_the_bank_does_not_export_it(client, site):
    bank_question(single("A"), title="Secrète")
    client.force_login(staff("add_glossaryterm"))
    for address in (EXPORT, f"{EXPORT}?vers=gift"):
        response = client.get(address)
        assert (response.status_code, "Secrète" in response.content.decode()) == (302, False)


def test_an_unreadable_file_is_refused_beside_its_field(client, author):
    page = upload(client, b"PK\x03\x04\x00\x00")
    assert "Ce fichier n’est pas un fichier de texte." in page.content.decode()
    assert BankQuestion.objects.count() == 0


def test_nothing_of_a_file_reaches_the_page_as_markup(client, author):
    page = upload(
        client,
        "::<script>alert(1)</script>::<img src=x onerror=alert(2)>Q ?{=<svg onload\\=alert(3)>a</svg>oui ~b####e}",
    )
    html = page.content.decode()
    assert "<script>alert(1)" not in html
    assert "onerror=alert" not in html
    client.post(IMPORT, {"parcel": parcel(page)})
    stored = str(BankQuestion.objects.get().question.raw_data[0])
    assert "onerror" not in stored
    assert "<svg" not in stored


def test_the_bank_is_exported_as_it_is_filtered_and_comes_back(client, author, site):
    for block in every_block():
        bank_question(
            block, title=f"T {block['id']}", tags=["tout"], difficulty="easy" if block["type"] == "single" else ""
        )
    told = words(client.get(EXPORT))
    assert "GIFT n’a pas de remise en ordre" in told
    assert "Télécharger en Moodle XML (11 questions)" in told
    easy = client.get(f"{EXPORT}?difficulty=easy&vers=gift")
    assert easy["Content-Disposition"] == 'attachment; filename="banque-de-questions.gift.txt"'
    assert easy.content.decode().count("::T ") == 1
    xml = client.get(f"{EXPORT}?vers=xml").content
    BankQuestion.objects.all().delete()
    client.post(IMPORT, {"parcel": parcel(upload(client, xml, name="banque.xml"))})
    assert BankQuestion.objects.filter(live=True).count() == 11


def test_a_quiz_is_exported_by_those_who_may_edit_it(client, author, track):
    quiz = make_quiz(track.get_children().first(), title="Bilan", questions=[single("A"), single("B")])
    address = f"{EXPORT}?quiz={quiz.pk}&vers=gift"
    assert client.get(address).status_code == 302
    client.force_login(get_user_model().objects.create_superuser("louise@example.org", None))
    response = client.get(address)
    assert response["Content-Disposition"] == 'attachment; filename="bilan.gift.txt"'
    assert response.content.decode().count("::Question ") == 2
    assert f"export/?quiz={quiz.pk}" in client.get(f"/admin/pages/{quiz.pk}/edit/").content.decode()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="the tables of its search are made by migrations")
def test_the_export_follows_a_search(wagtail_indexes, client, author, site):
    for title in ("Mécénat", "Bilan"):
        bank_question(single("A"), title=title, tags=["tout"])
    told = words(client.get(f"{EXPORT}?q=Mécénat"))
    assert "la banque de questions, telle que vous l’avez filtrée : 1 question." in told
    assert client.get(f"{EXPORT}?q=Mécénat&vers=gift").content.decode().count("::") == 2


def test_the_export_says_what_it_exports_and_when_that_is_nothing(client, author, site):
    assert "toute la banque de questions : aucune question, donc aucun fichier." in words(client.get(EXPORT))
    bank_question(single("A"), title="Bilan")
    assert "toute la banque de questions : 1 question. Le fichier contient les bonnes" in words(client.get(EXPORT))
    filtered = words(client.get(f"{EXPORT}?difficulty=easy"))
    assert "la banque de questions, telle que vous l’avez filtrée : aucune question" in filtered


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ((3, 2), "2 tirages dans la banque ne sont pas exportés : 5 questions par tentative."),
        ((1,), "Un tirage dans la banque n’est pas exporté : 1 question par tentative."),
    ],
)
def test_draws_are_not_exported_and_both_the_page_and_the_file_say_so(client, track, counts, sentence):
    for number in range(3):
        bank_question(single(str(number)), title=f"Q{number}")
    draws = [draw(count, name=f"tirage-{place}") for place, count in enumerate(counts)]
    quiz = make_quiz(track.get_children().first(), title="Bilan", questions=[single("A"), *draws])
    client.force_login(get_user_model().objects.create_superuser("louise@example.org", None))
    told = words(client.get(f"{EXPORT}?quiz={quiz.pk}"))
    assert f"{sentence} Pour avoir leurs questions, exportez la banque." in told
    assert "Télécharger en GIFT (1 question)" in told
    for name, comment in (("gift", f"// {sentence}\n"), ("xml", f"<!-- {sentence} -->")):
        text = client.get(f"{EXPORT}?quiz={quiz.pk}&vers={name}").content.decode()
        assert comment in text
        assert len(FORMATS[name].read(text).entries) == 1


def test_a_question_that_left_the_bank_is_named_and_not_exported(client, track):
    chosen = bank_question(single("B"), title="Retirée")
    block = {"type": "bank_question", "id": "choisie", "value": chosen.pk}
    quiz = make_quiz(track.get_children().first(), title="Bilan", questions=[single("A"), block])
    chosen.unpublish()
    client.force_login(get_user_model().objects.create_superuser("louise@example.org", None))
    told = words(client.get(f"{EXPORT}?quiz={quiz.pk}"))
    assert "Questions incomplètes ou retirées de la banque, laissées de côté : Retirée." in told
    assert "ne sont pas exportés" in told


@pytest.mark.parametrize("count", [1, 3])
def test_the_export_reads_the_bank_in_a_constant_number_of_queries(
    client, author, site, count, django_assert_num_queries
):
    for number in range(count):
        bank_question(single(str(number)), title=f"Q{number}", tags=["a"])
    client.get(EXPORT)
    with django_assert_num_queries(8):
        client.get(f"{EXPORT}?vers=gift")
