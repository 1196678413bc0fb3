"""A list of people comes into a cohort: looked at first, done once, with a file that explains what was left."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from learners import delivery
from learners.documents import UNPRINTABLE
from learners.models import Enrolment, EnrolmentChange, Letter, Pair, User, WaitingPlace
from tests.factories.learners import NOW, enrol, make_cohort, make_person
from tests.lms.visiting import Screen, Visitor

HEAD = "E-mail;Prénom;Nom;Structure;Secteur;Binôme\n"


@pytest.fixture
def lead(db):
    return make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")


@pytest.fixture
def cohort(track, lead):
    return make_cohort(track, lead=lead)


@pytest.fixture
def samuel(lead):
    return Visitor(lead)


def look(samuel, cohort, text, *, encoding="utf-8"):
    """The preview of this file."""
    page = samuel.open(f"/cohortes/{cohort.pk}/inscriptions/importer/")
    return samuel.press(
        page, "Voir ce que fera ce fichier", {"file": SimpleUploadedFile("liste.csv", text.encode(encoding))}
    )


def download(samuel, page):
    """The rows of the file of errors."""
    address, _, fields = page.form("Lignes en erreur (CSV)")
    response = samuel.client.post(address, fields)
    text = b"".join(response).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def people(number):
    return "".join(
        f"Personne{one}@Exemple.fr;Personne{one};MARTIN;Mairie de Lens;mairie;{(one + 1) // 2 if one < 5 else ''}\n"
        for one in range(1, number + 1)
    )


def test_a_messy_list_of_200_with_10_faults_enrols_190_and_explains_the_other_10(samuel, cohort, track, learner):
    closed = make_person("ferme@exemple.fr", is_active=False)
    away = make_person("ailleurs@exemple.fr")
    enrol(away, track, cohort=make_cohort(track, name="Hiver"))
    gone = enrol(make_person("partie@exemple.fr"), track, cohort=cohort)
    Enrolment.objects.filter(pk=gone.pk).update(withdrawn_at=NOW)
    faults = [
        ";Sans;Adresse;;;",
        "pas une adresse;Léa;Roux;;;",
        "personne1@exemple.fr;Encore;Elle;;;",
        "sansnom@exemple.fr;Léa;;;;",
        "secteur@exemple.fr;Léa;Roux;;planète;",
        "binome@exemple.fr;Léa;Roux;;;1",
        "=cmd()@;Léa;Roux;;;",
        f"{closed.email};Léa;Roux;;;",
        f"{away.email};Léa;Roux;;;",
        "partie@exemple.fr;Léa;Roux;;;",
    ]
    text = HEAD + people(95) + "\n".join(faults) + "\n;;;;;\n" + people(190).split("\n", 95)[95]

    seen = look(samuel, cohort, text, encoding="cp1252")
    assert not Enrolment.objects.filter(cohort=cohort, withdrawn_at=None).exists()
    assert re.findall(r"(à inscrire|en erreur) (\d+)", seen.words) == [("à inscrire", "190"), ("en erreur", "10")]
    assert "Windows-1252" in seen.words

    done = samuel.press(seen, "Inscrire 190 personnes")
    assert "190 personnes inscrites" in done.headings
    rows = Enrolment.objects.filter(cohort=cohort, withdrawn_at=None)
    assert rows.count() == 190
    assert set(rows.values_list("organisation", "sector", "person__last_name")) == {
        ("Mairie de Lens", "collectivite", "Martin")
    }
    assert Pair.objects.count() == 2
    assert Letter.objects.filter(kind="welcome", enrolment__cohort=cohort, due_at__gt=NOW).count() == 190

    left = download(samuel, done)
    assert [row["Ligne"] for row in left] == [str(line) for line in range(97, 107)]
    assert [row["Motif"].split(" : ")[0] for row in left] == [
        "L’adresse manque.",
        "« pas une adresse » n’est pas une adresse e-mail.",
        "Cette adresse est déjà à la ligne 2.",
        "Il manque le prénom ou le nom",
        "Secteur inconnu",
        "Ce binôme a déjà deux personnes, lignes 2 et 3.",
        "« =cmd()@ » n’est pas une adresse e-mail.",
        "Le compte de cette personne est fermé.",
        "Cette personne suit déjà ce parcours avec une autre cohorte.",
        "Cette personne s’est retirée du parcours",
    ]
    assert left[6]["E-mail"] == "'=cmd()@"


def test_names_that_the_attestation_cannot_print_are_faults_of_newcomers_and_of_organisations(
    samuel, cohort, track, learner
):
    row = enrol(learner, track, cohort=cohort)
    lines = ["neuve@exemple.fr;王;Min;;", "ruche@exemple.fr;Léa;Roux;La Ruche 🐝;", f"{learner.email};;;三井;"]
    seen = look(samuel, cohort, HEAD + "\n".join([*lines, "bien@exemple.fr;Ζωή;Şahin;Łódź & Cⁱᵉ;"]))
    done = samuel.press(seen, "Inscrire 1 personne")
    assert [left["Motif"] for left in download(samuel, done)] == [
        f"{UNPRINTABLE} Lu : « {name} »." for name in ("王 Min", "La Ruche 🐝", "三井")
    ]
    row.refresh_from_db()
    assert row.organisation == ""


def test_a_list_confirmed_twice_enrols_once_and_removes_nobody(samuel, cohort, track, learner):
    enrol(learner, track, cohort=cohort)
    seen = look(samuel, cohort, HEAD + people(3))
    address, _, fields = seen.form("Inscrire 3 personnes")
    pages = [Screen(samuel.client.post(address, fields), address) for _ in range(2)]
    assert [page.headings[1] for page in pages] == ["3 personnes inscrites", "0 personne inscrite"]
    assert (cohort.enrolments.active().count(), User.objects.filter(last_name="Martin").count()) == (4, 3)


def test_somebody_who_is_there_is_completed_with_the_author_or_left_alone(samuel, cohort, track, learner):
    enrol(learner, track, cohort=cohort)
    seen = look(samuel, cohort, f"courriel,structure,type\n{learner.email},La Ruche,asso\n")
    samuel.press(seen, "Compléter 1 personne")
    assert Enrolment.objects.values_list("organisation", "sector").get() == ("La Ruche", "association")
    assert EnrolmentChange.objects.values_list("kind", "changed_by__email").get() == ("details", "samuel@example.org")
    again = look(samuel, cohort, f"courriel,structure,type\n{learner.email},La Ruche,asso\n")
    assert again.buttons == []
    assert "Déjà dans la cohorte" in again.words


def test_what_does_not_fit_into_the_seats_waits_and_is_told(samuel, cohort):
    cohort.seats = 2
    cohort.save()
    seen = look(samuel, cohort, HEAD + people(3))
    assert "Plus de personnes que de places" in seen.words
    done = samuel.press(seen, "Inscrire 3 personnes")
    assert "1 sur la liste d’attente" in done.words
    assert WaitingPlace.objects.waiting().get().person.email == "personne3@exemple.fr"
    assert Letter.objects.filter(kind="seat", key__startswith="waiting:").count() == 1


def test_a_new_person_reads_how_to_choose_a_password_and_gets_in(samuel, cohort, visitor, settings):
    samuel.press(look(samuel, cohort, HEAD + people(1)), "Inscrire 1 personne")
    person = User.objects.get(email="personne1@exemple.fr")
    assert not person.has_usable_password()
    composed, _ = delivery.compose(Letter.objects.get(kind="welcome"), now=NOW)
    assert "/compte/mot-de-passe/oublie/" in composed.text

    asked = visitor.open("/compte/mot-de-passe/oublie/")
    address, _, fields = asked.form(asked.buttons[0])
    visitor.client.post(address, fields | {"email": ["personne1@exemple.fr"]})
    link = re.search(r"/compte/mot-de-passe/nouveau/\S+", Letter.objects.get(kind="account").text).group()
    page = visitor.open(link)
    address, _, fields = page.form(page.buttons[0])
    chosen = {name: ["une phrase très longue"] for name in fields if name.startswith("password")}
    visitor.client.post(address, fields | chosen)
    person.refresh_from_db()
    assert person.check_password("une phrase très longue")


def test_a_preview_of_somebody_else_or_of_another_cohort_is_not_done(samuel, cohort, lead, track):
    seen = look(samuel, cohort, HEAD + people(1))
    _, _, fields = seen.form("Inscrire 1 personne")
    other = make_cohort(track, lead=lead, name="Hiver")
    fields = {name: value[0] for name, value in fields.items()}
    refused = samuel.post(f"/cohortes/{other.pk}/inscriptions/importer/", fields)
    assert "une autre liste" in refused.said[0]
    forged = samuel.post(f"/cohortes/{cohort.pk}/inscriptions/importer/", fields | {"parcel": "faux"})
    assert "expiré ou a été modifiée" in forged.said[0]
    assert not Enrolment.objects.exists()


def test_a_preview_costs_the_same_with_one_line_and_with_three(samuel, cohort, django_assert_max_num_queries):
    for number in (1, 3, 30):
        with django_assert_max_num_queries(14):
            assert look(samuel, cohort, HEAD + people(number)).status == 200
