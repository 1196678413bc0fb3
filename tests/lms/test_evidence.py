"""The evidence pack at the browser: what it holds is said before it is downloaded."""

import io
from zipfile import ZipFile

from tests.factories.learners import enrol, finish, make_cohort, make_person
from tests.lms.visiting import Visitor


def test_the_page_says_what_the_pack_holds_and_that_it_names_people_then_gives_it(track):
    lead = make_person("samuel@example.org")
    cohort = make_cohort(track, lead=lead)
    finish(enrol(make_person("ada@example.org", first_name="Ada"), track, cohort=cohort))
    samuel = Visitor(lead)

    page = samuel.open(samuel.open(f"/cohortes/{cohort.pk}/").links["Dossier de preuves"])
    assert page.h1 == "Dossier de preuves"
    assert "Ce dossier nomme des personnes" in page.words
    assert "RGPD" in page.words

    response = samuel.client.get(page.links["Télécharger le dossier"])
    assert response["Content-Disposition"] == 'attachment; filename="preuves-automne-2026-11-23.zip"'
    with ZipFile(io.BytesIO(b"".join(response.streaming_content))) as pack:
        assert all(name in page.words for name in pack.namelist())
        assert "Ada" in pack.read("inscriptions.csv").decode()
