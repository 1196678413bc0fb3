"""The evidence pack: what its files hold, that its totals are those of its files, and what is never in it."""

import csv
import hashlib
import io
import json
from datetime import timedelta
from zipfile import ZipFile

import pytest

from learners import attempts, certificates, evidence
from learners.enrolment import withdraw
from learners.models import Answer, Certificate, Cohort, Completion, Enrolment
from tests.factories import learners
from tests.factories.courses import make_module, make_quiz, single, take_alone
from tests.factories.learners import NOW, enrol, finish
from tests.factories.questions import every_block

DAY = timedelta(days=1)
NAMES = [
    "programme.csv",
    "inscriptions.csv",
    "activite.csv",
    "resultats.csv",
    "attestations.csv",
    "satisfaction.csv",
    "README.txt",
    "manifest.json",
]


@pytest.fixture
def cohort(track):
    return learners.make_cohort(track, lead=learners.make_person("samuel@example.org"))


def follow(cohort, name, *, steps=0, **fields):
    person = learners.make_person(f"{name.lower()}@example.org", first_name=name, last_name="Durand", **fields)
    return finish(enrol(person, cohort.track, at=NOW - 30 * DAY, cohort=cohort), steps=steps, at=NOW - DAY)


@pytest.fixture
def people(cohort, track):
    """Four learners (finished, going on, withdrawn, with a name that is a formula) and three who are not counted."""
    done = follow(cohort, "Ada", steps=4)
    follow(cohort, "Bruno", steps=2)
    withdraw(person=follow(cohort, "Cléo", steps=1).person, track_pk=track.pk, at=NOW)
    follow(cohort, "=HYPERLINK")
    follow(cohort, "Équipe", steps=4, is_staff=True)
    follow(learners.make_cohort(track, name="Printemps"), "Étrangère", steps=4)
    enrol(learners.make_person("alone@example.org"), track)
    Completion.objects.filter(enrolment=done, step__slug="lecon-11").update(recorded_by=cohort.leads.get().person)
    return done


def pack_of(cohort):
    """The files of the pack, by name."""
    file = io.BytesIO()
    evidence.write_pack(file, cohort, now=NOW)
    with ZipFile(file) as pack:
        assert pack.testzip() is None
        return {name: pack.read(name) for name in pack.namelist()}


def rows(files, name):
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8-sig")), delimiter=";"))


def test_the_pack_holds_each_file_and_the_manifest_describes_them_exactly(cohort, people):
    files = pack_of(cohort)
    manifest = json.loads(files["manifest.json"])

    assert list(files) == NAMES
    assert [one["name"] for one in manifest["files"]] == NAMES[:-1]
    for one in manifest["files"]:
        content = files[one["name"]]
        assert (one["sha256"], one["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
        if one["name"].endswith(".csv"):
            assert one["rows"] == len(rows(files, one["name"]))
    assert manifest["generated_at"] == "2026-11-23T10:00:00+01:00"
    assert manifest["cohort"]["name"] == "Automne"


def test_the_totals_of_the_manifest_are_found_again_in_the_files(cohort, people):
    files = pack_of(cohort)
    enrolled, activity = rows(files, "inscriptions.csv"), rows(files, "activite.csv")
    results, certificates = rows(files, "resultats.csv"), rows(files, "attestations.csv")

    recomputed = {
        "enrolled": len(enrolled),
        "withdrawn": sum(row["Retrait"] != "" for row in enrolled),
        "finished": sum(row["Terminé"] != "" for row in enrolled),
        "completions": len(activity),
        "attended": sum(row["Présence relevée par"] != "" for row in activity),
        "attempts": len(results),
        "passed": sum(row["Réussie"] == "oui" for row in results),
        "certificates": len(certificates),
        "revoked": sum(row["Révoquée"] != "" for row in certificates),
        "module_certificates": sum(row["Module"] != "" for row in certificates),
        "module_revoked": 0,
    }

    assert json.loads(files["manifest.json"])["figures"] == recomputed
    by_hand = [4, 1, 1, 7, 1, 1, 1, 1, 0, 0, 0]
    assert list(recomputed.values()) == by_hand
    assert sum(int(row["Étapes terminées"]) for row in enrolled) == len(activity)


def test_attestations_of_modules_are_in_the_pack_and_never_counted_among_those_of_the_track(cohort, people, track):
    module = take_alone(track)
    lead = cohort.leads.get().person
    dan, eve = (follow(cohort, name, steps=3) for name in ("Dan", "Eve"))
    first, other = (
        certificates.issue_for_module(enrolment_pk=row.pk, module_pk=module.pk, at=NOW) for row in (dan, eve)
    )
    certificates.correct(first, holder="Daniel Durand", by=lead, at=NOW, reason="Prénom entier")
    certificates.revoke(other, by=lead, at=NOW, reason="Erreur")

    files = pack_of(cohort)

    figures = json.loads(files["manifest.json"])["figures"]
    counted = [figures[name] for name in ("finished", "certificates", "revoked")]
    assert (counted, figures["module_certificates"], figures["module_revoked"]) == ([1, 1, 0], 2, 1)
    told = [(row["Titulaire"], row["Module"], row["Intitulé"]) for row in rows(files, "attestations.csv")]
    assert told == [
        ("Ada Durand", "", "Attestation de réussite du parcours"),
        ("Dan Durand", "Module 1", "Attestation de suivi"),
        ("Eve Durand", "Module 1", "Attestation de suivi"),
        ("Daniel Durand", "Module 1", "Attestation de suivi"),
    ]


def test_each_file_says_what_happened(cohort, people):
    files = pack_of(cohort)

    programme = rows(files, "programme.csv")
    assert [(row["Niveau"], row["Numéro"], row["Titre"], row["Obligatoire"]) for row in programme] == [
        ("Parcours", "", "Jeunes", ""),
        ("Module", "1", "Module 1", ""),
        ("Étape", "1.1", "Leçon 1.1", "oui"),
        ("Étape", "1.2", "Leçon 1.2", "oui"),
        ("Étape", "1.3", "Quiz 1", "oui"),
        ("Module", "2", "Module 2", ""),
        ("Étape", "2.1", "Leçon 2.1", "oui"),
    ]
    assert all(row["Version du"] for row in programme)
    ada = rows(files, "inscriptions.csv")[0]
    assert (ada["Nom"], ada["Inscription"], ada["Terminé"]) == ("Durand", "2026-10-24 11:00", "2026-11-22 10:00")
    assert rows(files, "resultats.csv")[0] | {"N° d’inscription": ""} == {
        "N° d’inscription": "",
        "Personne": "Ada Durand",
        "Quiz": "Quiz 1",
        "Tentative": "1",
        "Commencée": "2026-11-22 10:00",
        "Envoyée": "2026-11-22 10:00",
        "Points": "3",
        "Points possibles": "3",
        "Réussie": "oui",
    }
    assert rows(files, "attestations.csv")[0]["Code"] == Certificate.objects.get(enrolment=people).code
    assert rows(files, "activite.csv")[0]["Présence relevée par"] == "Léa Roux"
    assert "Cohorte : Automne\nParcours : Jeunes" in files["README.txt"].decode()


def test_staff_people_of_other_cohorts_and_the_words_of_answers_are_nowhere_in_the_pack(cohort, people):
    Answer.objects.update(said="ZINZOLINE")
    everything = b"".join(pack_of(cohort).values()).decode()
    assert [name for name in ("Équipe", "Étrangère", "alone@", "ZINZOLINE") if name in everything] == []


def test_a_name_that_is_a_formula_is_harmless(cohort, people):
    assert rows(pack_of(cohort), "inscriptions.csv")[3]["Prénom"] == "'=HYPERLINK"


def test_dates_are_those_of_the_cohort(cohort, people):
    Cohort.objects.filter(pk=cohort.pk).update(time_zone="Indian/Reunion")
    cohort.refresh_from_db()
    files = pack_of(cohort)
    assert rows(files, "resultats.csv")[0]["Envoyée"] == "2026-11-22 13:00"
    assert "heure de La Réunion" in files["README.txt"].decode()


def give_opinions(cohort, quiz, count):
    """That many people answer the opinion with its first choice, and the last of them changes to the second."""
    for number in range(count):
        row = follow(cohort, f"P{number}")
        for choice in (0, 1) if number == count - 1 else (0,):
            attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=NOW)
            question = next(one for one in attempt.paper.questions if one.kind == "opinion")
            said = {question.id: [question.choices[choice].id]}
            attempts.submit(attempt_pk=attempt.pk, responses=said, at=NOW, allow_blank=True)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (4, [("(moins de 5 personnes)", "", "")]),
        (5, [("Oui", "4", "5"), ("Pas encore", "1", "5")]),
    ],
)
def test_opinions_are_told_together_from_five_people_on_each_by_their_last_answer(track, cohort, count, expected):
    track.in_order = False
    track.save_revision().publish()
    opinion = next(block for block in every_block() if block["type"] == "opinion")
    quiz = make_quiz(make_module(track, number=9), questions=[opinion, single("A")])
    give_opinions(cohort, quiz, count)

    told = rows(pack_of(cohort), "satisfaction.csv")

    assert [(row["Réponse"], row["Personnes"], row["Personnes qui ont répondu"]) for row in told] == expected


def test_a_cohort_without_anybody_and_a_track_that_is_gone_still_make_a_pack(cohort, people, track):
    track.unpublish()
    Enrolment.objects.filter(cohort=cohort).update(cohort=None)
    files = pack_of(cohort)
    assert [len(rows(files, name)) for name in NAMES[:6]] == [0] * 6
    assert set(json.loads(files["manifest.json"])["figures"].values()) == {0}


@pytest.mark.parametrize("count", [1, 3])
def test_a_pack_costs_seven_queries_for_one_learner_as_for_three(cohort, count, django_assert_num_queries):
    for number in range(count):
        follow(cohort, f"P{number}", steps=4)
    with django_assert_num_queries(7):
        evidence.write_pack(io.BytesIO(), cohort, now=NOW)
