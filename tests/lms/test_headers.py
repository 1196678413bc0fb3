"""What every response tells the browser, and the pages of what goes wrong."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client, override_settings
from django.urls import path

from config import urls as real
from learners.models import Certificate
from tests.factories.learners import enrol, finish, make_cohort
from tests.lms.visiting import Screen, Visitor

POLICY = (
    "base-uri 'none'; default-src 'self'; form-action 'self'; frame-ancestors 'self'; "
    "img-src 'self' data: blob:; object-src 'none'; script-src 'self'; style-src 'self'"
)
PUBLIC = [
    "/",
    "/parcours/",
    "/parcours/jeunes/",
    "/parcours/jeunes/module-1/lecon-11/",
    "/glossaire/",
    "/compte/connexion/",
]


@pytest.mark.parametrize("address", [*PUBLIC, "/sante/", "/nulle-part/", "/admin/", "/attestations/AAAA/"])
def test_every_response_forbids_inline_code_foreign_frames_and_guessed_types(client, track, address):
    response = client.get(address)

    policy = "; ".join(sorted(part.strip() for part in response["Content-Security-Policy"].split(";") if part.strip()))
    assert policy == POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Referrer-Policy"] == "same-origin"


def personal_addresses(learner, track):
    """Pages made for this learner, who has finished and leads."""
    row = finish(enrol(learner, track))
    cohort = make_cohort(track, lead=learner)
    attempt = row.attempts.get()
    return [
        "/mon-espace/",
        "/mon-espace/preferences/",
        "/parcours/jeunes/",
        "/parcours/jeunes/module-1/",
        "/parcours/jeunes/module-1/lecon-11/",
        "/parcours/jeunes/module-1/quiz-1/",
        f"/apprendre/tentatives/{attempt.pk}/",
        "/cohortes/",
        f"/cohortes/{cohort.pk}/",
        f"/cohortes/{cohort.pk}/export.csv",
        "/compte/adresses/",
        "/",
        "/parcours/",
        "/nulle-part/",
    ]


def test_no_page_made_for_somebody_is_kept_by_anyone_on_the_way(client, learner, track):
    addresses = personal_addresses(learner, track)
    client.force_login(learner)

    kept = {address: client.get(address).get("Cache-Control", "") for address in addresses}

    assert {address for address, rule in kept.items() if "no-store" not in rule or "private" not in rule} == set()


@pytest.mark.parametrize("ending", ["/", ".pdf"])
def test_an_attestation_is_neither_indexed_nor_kept_even_for_a_visitor(client, learner, track, ending):
    finish(enrol(learner, track))

    response = client.get(f"/attestations/{Certificate.objects.get().code}{ending}")

    assert (response.status_code, response["Cache-Control"], response["X-Robots-Tag"]) == (200, "no-store", "noindex")


def test_the_pages_of_a_visitor_set_no_session(client, track):
    for address in PUBLIC:
        client.get(address)

    assert set(client.cookies) <= {"csrftoken"}


def test_the_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client, learner, site):
    learner.set_password("un secret bien gardé")
    learner.save()
    client.post("/compte/connexion/", {"login": learner.email, "password": "un secret bien gardé"})
    client.get("/mon-espace/preferences/")

    session, csrf = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert csrf["samesite"] == "Lax"


# ---------------------------------------------------------------- error pages


def fail(request):
    """A fault of ours."""
    raise RuntimeError("une panne")


def forbid(request):
    """Something that is not for this person."""
    raise PermissionDenied


def suspect(request):
    """Something that no browser sends."""
    raise SuspiciousOperation("bizarre")


class Faulty:
    """The addresses of the product, and three that go wrong."""

    urlpatterns = [path("panne/", fail), path("interdit/", forbid), path("bizarre/", suspect), *real.urlpatterns]
    handler400, handler403, handler404, handler500 = real.handler400, real.handler403, real.handler404, real.handler500


ERRORS = {
    "/bizarre/": (400, "Nous n’avons pas compris cette demande"),
    "/interdit/": (403, "Cette page ne vous est pas ouverte"),
    "/nulle-part/": (404, "Cette page n’existe pas, ou n’existe plus"),
    "/panne/": (500, "Quelque chose s’est cassé de notre côté"),
}


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("address", ERRORS)
def test_what_goes_wrong_is_told_in_french_with_the_right_status_and_a_way_on(learner, site, address, signed_in):
    client = Client(raise_request_exception=False)
    if signed_in:
        client.force_login(learner)

    with override_settings(ROOT_URLCONF=Faulty):
        page = Screen(client.get(address), address)

    assert (page.status, page.h1) == ERRORS[address]
    assert page.soup.html["lang"] == "fr"
    assert page.links["Revenir à l’accueil"] == "/"


def test_a_form_from_another_site_or_from_long_ago_is_refused_in_french(nadia, learner):
    response = nadia.client.post("/mon-espace/preferences/", {"first_name": "X", "last_name": "Y"})

    page = Screen(response, "/mon-espace/preferences/")
    assert (page.status, page.h1) == (403, "Cette page était ouverte depuis trop longtemps")
    assert "ce que vous aviez enregistré est toujours là" in page.words
    learner.refresh_from_db()
    assert learner.first_name == "Nadia"


def test_a_host_that_is_not_ours_is_refused(client, site):
    response = client.get("/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert "evil.example" not in response.text


def test_an_address_without_its_last_slash_leads_to_the_page(visitor, track):
    assert visitor.open("/parcours/jeunes").address == "/parcours/jeunes/"
    assert visitor.open("/glossaire").address == "/glossaire/"


def test_the_owner_of_an_attestation_downloads_it_and_others_look_at_it(track, learner, visitor):
    finish(enrol(learner, track))
    address = f"/attestations/{Certificate.objects.get().code}/"

    assert "Télécharger mon attestation (PDF)" in Visitor(learner).open(address).links
    assert "Voir le document (PDF)" in visitor.open(address).links
