"""Sign up with a code, sign in, reset: in French, honouring where the person was going, telling strangers nothing."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from learners import addresses
from learners.models import Enrolment, Letter, User
from learners.tasks import send_letter
from tests.factories.learners import NOW, make_person
from tests.lms.visiting import Visitor, plain

PASSWORD = "un secret bien gardé"
NEW = {"first_name": "Inès", "last_name": "Da Silva", "email": "ines@example.org", "password1": PASSWORD}
WRONG_CODE = "AAAAAA"


def sign_up(somebody, address="/compte/inscription/", **changes):
    """The page that follows the sign-up form."""
    return somebody.press(somebody.open(address), "Créer mon compte", NEW | changes)


def last_letter():
    """The newest letter."""
    return Letter.objects.order_by("-pk").first()


def code_in(letter):
    """The confirmation code that a letter holds."""
    return re.search(r"page restée ouverte\s:\s+(\S+)", letter.text).group(1)


def link_in(letter):
    """The path of the one link of a letter that leads to a new password."""
    return re.search(r"https?://[^/]+(/compte/mot-de-passe/nouveau/\S+)", letter.text).group(1)


def signed_in(somebody):
    """Whether this browser is signed in."""
    return "_auth_user_id" in somebody.client.session


def comparable(screen):
    """A response without what changes from one request to the next, nor the address that was typed."""
    html = screen.soup
    for one in html.select("[name=csrfmiddlewaretoken]"):
        one["value"] = ""
    text = re.sub(r"[\w.+-]+@[\w.-]+", "ADDRESS", str(html))
    return screen.status, screen.trail, text


# ---------------------------------------------------------------- sign-up


def test_a_visitor_signs_up_with_a_code_and_lands_on_the_track_they_came_for(visitor, track):
    door = visitor.press(visitor.open("/parcours/jeunes/"), "S’inscrire au parcours")
    assert door.h1 == "Se connecter"

    form = visitor.open(door.links["Créer un compte"])
    waiting = visitor.press(form, "Créer mon compte", NEW)
    assert (waiting.h1, signed_in(visitor)) == ("Entrez le code reçu par e-mail", False)
    assert "ines@example.org" in waiting.words

    letter = last_letter()
    assert (letter.kind, letter.address) == ("account", "ines@example.org")
    inside = visitor.press(waiting, "Valider le code", {"code": code_in(letter)})

    assert (inside.address, inside.status, inside.h1) == ("/parcours/jeunes/", 200, "Jeunes")
    assert signed_in(visitor)
    person = User.objects.get(email="ines@example.org")
    assert person.get_full_name() == "Inès Da Silva"
    assert EmailAddress.objects.get(user=person).verified
    assert Enrolment.objects.count() == 0  # the button is pressed again, by somebody who has seen the track


def test_a_new_learner_without_destination_lands_in_their_space(visitor, site):
    inside = visitor.press(sign_up(visitor), "Valider le code", {"code": code_in(last_letter())})

    assert (inside.address, inside.h1) == ("/mon-espace/", "Bonjour Inès")


def test_the_code_leaves_by_the_worker_and_is_not_kept(visitor, site):
    sign_up(visitor)
    letter = last_letter()
    code = code_in(letter)

    send_letter(letter.pk)

    (message,) = mail.outbox
    assert message.to == ["ines@example.org"]
    assert code in message.body
    letter.refresh_from_db()
    assert (letter.text, letter.html) == ("", "")


def test_a_wrong_code_is_refused_beside_its_field_and_the_right_one_still_works(visitor, site):
    waiting = sign_up(visitor)
    code = code_in(last_letter())

    again = visitor.press(waiting, "Valider le code", {"code": WRONG_CODE})

    assert again.title.startswith("Erreur")
    assert again.invalid == {"code": "Code incorrect."}
    assert not signed_in(visitor)
    assert visitor.press(again, "Valider le code", {"code": code}).address == "/mon-espace/"


def test_the_code_cannot_be_guessed_by_trying_again_and_again(visitor, site):
    page = sign_up(visitor)
    code = code_in(last_letter())

    while "Valider le code" in page.buttons:
        page = visitor.press(page, "Valider le code", {"code": WRONG_CODE})
        assert len(page.trail) < 5

    assert page.h1 == "Se connecter"
    assert page.said == ["Trop de tentatives de connexion échouées. Veuillez réessayer ultérieurement."]
    assert visitor.post("/compte/confirmation/", {"code": code}).h1 == "Se connecter"
    assert not signed_in(visitor)


def test_a_code_that_has_expired_opens_nothing(visitor, site, clock):
    waiting = sign_up(visitor)
    code = code_in(last_letter())
    clock.shift(timedelta(hours=1))

    page = visitor.press(waiting, "Valider le code", {"code": code})

    assert (page.status, page.h1, signed_in(visitor)) == (200, "Se connecter", False)


def test_a_new_code_can_be_asked_for_and_replaces_the_first(visitor, site, clock):
    waiting = sign_up(visitor)
    first = code_in(last_letter())
    clock.shift(timedelta(seconds=30))

    again = visitor.press(waiting, "Recevoir un nouveau code")
    second = code_in(last_letter())

    assert (again.h1, Letter.objects.count(), first != second) == ("Entrez le code reçu par e-mail", 2, True)
    refused = visitor.press(again, "Valider le code", {"code": first})
    assert refused.invalid == {"code": "Code incorrect."}
    assert visitor.press(refused, "Valider le code", {"code": second}).address == "/mon-espace/"


def test_what_is_wrong_in_the_form_is_said_beside_each_field_and_creates_nobody(visitor, site):
    page = sign_up(visitor, first_name="", last_name="名前", email="pas une adresse", password1="court")

    assert (page.status, page.title) == (200, "Erreur · Créer un compte · Faire alliance")
    assert sorted(page.invalid) == ["email", "first_name", "last_name", "password1"]
    assert page.invalid["last_name"].startswith("Nous ne savons pas imprimer")
    assert page.form("Créer mon compte")[2]["email"] == ["pas une adresse"]
    assert (User.objects.count(), Letter.objects.count()) == (0, 0)


@pytest.mark.parametrize("password", ["motdepasse", "azertyuiop", "ines@example.org"])
def test_a_password_that_everybody_would_try_is_refused(visitor, site, password):
    assert list(sign_up(visitor, password1=password).invalid) == ["password1"]
    assert User.objects.count() == 0


# ---------------------------------------------------------------- an address already taken


@pytest.fixture
def ines(db):
    """Somebody who has an account already."""
    return make_person("ines@example.org", password=PASSWORD, first_name="Inès", last_name="Da Silva")


@pytest.mark.parametrize("typed", ["ines@example.org", "INES@Example.org"])
def test_signing_up_with_a_taken_address_answers_as_with_a_free_one_and_tells_its_owner(site, ines, typed):
    taken, free = Visitor(), Visitor()

    answers = sign_up(taken, email=typed), sign_up(free, email="libre@example.org")

    assert comparable(answers[0]) == comparable(answers[1])
    letters = Letter.objects.order_by("pk")
    assert [letter.address.lower() for letter in letters] == ["ines@example.org", "libre@example.org"]
    assert "Elle a déjà un compte" in letters[0].text
    assert "http://testserver/compte/mot-de-passe/oublie/" in letters[0].text
    assert re.search(r"page restée ouverte", letters[0].text) is None
    assert set(User.objects.values_list("email", flat=True)) == {"ines@example.org", "libre@example.org"}
    ines.refresh_from_db()
    assert ines.check_password(PASSWORD)


def test_nothing_that_follows_tells_a_taken_address_from_a_free_one(site, ines, clock):
    taken, free = Visitor(), Visitor()
    pages = sign_up(taken), sign_up(free, email="libre@example.org")

    wrong = [
        who.press(page, "Valider le code", {"code": WRONG_CODE}) for who, page in zip((taken, free), pages, strict=True)
    ]
    clock.shift(timedelta(seconds=30))
    again = [who.press(page, "Recevoir un nouveau code") for who, page in zip((taken, free), pages, strict=True)]

    assert comparable(wrong[0]) == comparable(wrong[1])
    assert comparable(again[0]) == comparable(again[1])
    assert not signed_in(taken)


def test_asking_for_a_reset_answers_the_same_whether_the_address_is_known_or_not(site, ines):
    known, unknown = Visitor(), Visitor()

    def ask(who, address):
        return who.press(who.open("/compte/mot-de-passe/oublie/"), "Recevoir le lien", {"email": address})

    answers = ask(known, "ines@example.org"), ask(unknown, "personne@example.org")

    assert comparable(answers[0]) == comparable(answers[1])
    assert answers[0].h1 == "Regardez vos messages"
    letters = list(Letter.objects.order_by("pk"))
    assert [letter.address for letter in letters] == ["ines@example.org", "personne@example.org"]
    assert link_in(letters[0])
    assert "Aucun compte ne porte cette adresse" in letters[1].text


def test_a_wrong_password_and_an_unknown_address_are_refused_in_the_same_words(site, ines):
    pages = [
        who.press(who.open("/compte/connexion/"), "Se connecter", {"login": address, "password": "autre chose"})
        for who, address in ((Visitor(), "ines@example.org"), (Visitor(), "personne@example.org"))
    ]

    assert comparable(pages[0]) == comparable(pages[1])
    assert "L’adresse e-mail ou le mot de passe sont incorrects." in pages[0].words.replace("'", "’")


# ---------------------------------------------------------------- sign-in, sign-out


@pytest.mark.parametrize("typed", ["ines@example.org", "Ines@EXAMPLE.org", " ines@example.org "])
def test_signing_in_leads_where_the_person_was_going(visitor, ines, track, typed):
    page = visitor.open("/compte/connexion/?next=/parcours/jeunes/")

    inside = visitor.press(page, "Se connecter", {"login": typed, "password": PASSWORD})

    assert (inside.address, signed_in(visitor)) == ("/parcours/jeunes/", True)


@pytest.mark.parametrize(
    "address", ["/mon-espace/", "/mon-espace/preferences/", "/cohortes/", "/compte/adresses/", "/compte/mot-de-passe/"]
)
def test_a_page_that_needs_a_person_leads_through_sign_in_and_back(visitor, ines, site, address):
    inside = visitor.press(visitor.open(address), "Se connecter", {"login": ines.email, "password": PASSWORD})

    assert (inside.address, inside.status) == (address, 200)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_no_link_can_send_somebody_who_signs_in_to_another_site(visitor, ines, site, elsewhere):
    page = visitor.open(f"/compte/connexion/?next={elsewhere}")

    inside = visitor.press(page, "Se connecter", {"login": ines.email, "password": PASSWORD})

    assert inside.address == "/mon-espace/"


def test_somebody_whose_address_was_never_confirmed_receives_a_code_at_sign_in(visitor, site, clock):
    sign_up(Visitor())
    clock.shift(timedelta(seconds=30))
    page = visitor.open("/compte/connexion/")

    waiting = visitor.press(page, "Se connecter", {"login": NEW["email"], "password": PASSWORD})

    assert (waiting.h1, signed_in(visitor)) == ("Entrez le code reçu par e-mail", False)
    assert visitor.press(waiting, "Valider le code", {"code": code_in(last_letter())}).address == "/mon-espace/"


def test_a_closed_account_cannot_sign_in(visitor, ines, site):
    User.objects.update(is_active=False)

    page = visitor.press(
        visitor.open("/compte/connexion/"), "Se connecter", {"login": ines.email, "password": PASSWORD}
    )

    assert (page.h1, signed_in(visitor)) == ("Ce compte est désactivé", False)


def test_a_person_whose_account_is_closed_while_signed_in_is_a_visitor_at_once(nadia, learner, site):
    assert nadia.open("/mon-espace/").h1 == "Bonjour Nadia"
    User.objects.update(is_active=False)

    assert nadia.open("/mon-espace/").h1 == "Se connecter"


def test_too_many_wrong_passwords_close_the_door_in_french(visitor, ines, site):
    page = visitor.open("/compte/connexion/")

    for _ in range(6):
        answer = visitor.press(page, "Se connecter", {"login": ines.email, "password": "autre chose"})

    assert "Trop de tentatives de connexion échouées. Veuillez réessayer ultérieurement." in answer.words
    right = visitor.press(page, "Se connecter", {"login": ines.email, "password": PASSWORD})
    assert (right.h1, signed_in(visitor)) == ("Se connecter", False)


def test_too_many_requests_are_refused_with_a_page_in_french(visitor, site):
    for _ in range(31):
        page = visitor.post("/compte/connexion/")

    assert (page.status, page.h1) == (429, "Trop de demandes en peu de temps")


def test_signing_out_is_a_button_and_an_address_alone_signs_nobody_out(nadia, site):
    asked = nadia.open("/compte/deconnexion/")
    assert (asked.h1, signed_in(nadia)) == ("Se déconnecter ?", True)

    assert nadia.press(asked, "Se déconnecter").address == "/"
    assert not signed_in(nadia)


# ---------------------------------------------------------------- reset, change of password


def ask_reset(who, address="ines@example.org"):
    """The path of the link that the letter of a reset holds."""
    who.press(who.open("/compte/mot-de-passe/oublie/"), "Recevoir le lien", {"email": address})
    return link_in(last_letter())


def test_a_forgotten_password_is_replaced_by_the_link_of_a_letter(visitor, ines, site):
    page = visitor.open(ask_reset(visitor))
    assert (page.status, page.h1) == (200, "Choisir un nouveau mot de passe")
    _, _, fields = page.form("Enregistrer ce mot de passe")

    names = [name for name in fields if name.startswith("password")]
    done = visitor.press(page, "Enregistrer ce mot de passe", dict.fromkeys(names, "un autre secret gardé"))

    assert done.h1 == "Votre mot de passe est changé"
    inside = visitor.press(
        visitor.open("/compte/connexion/"), "Se connecter", {"login": ines.email, "password": "un autre secret gardé"}
    )
    assert inside.address == "/mon-espace/"


def test_the_link_is_not_left_in_the_address_bar(visitor, ines, site):
    link = ask_reset(visitor)

    page = visitor.open(link)

    assert page.address.endswith("-set-password/")
    assert link.split("-", 3)[-1].strip("/") not in page.address


def broken_links(visitor, ines, clock):
    """Links of a reset that do not work, by what is wrong with them."""
    genuine = ask_reset(visitor)
    yield "forged", genuine[:-3] + ("xy/" if genuine[-3:] != "xy/" else "yx/")
    yield "of nobody", re.sub(r"nouveau/\w+-", "nouveau/zzzz-", genuine)
    yield "nonsense", "/compte/mot-de-passe/nouveau/1-abc/"
    yield "form without link", "/compte/mot-de-passe/nouveau/1-set-password/"
    ines.set_password("change d’idée")
    ines.save()
    yield "used", genuine
    late = ask_reset(visitor)
    clock.shift(timedelta(days=4))
    yield "expired", late


def test_a_link_that_is_forged_used_or_expired_says_so_and_offers_another(visitor, ines, site, clock):
    told = {}
    for case, link in broken_links(visitor, ines, clock):
        page = Visitor().open(link)
        told[case] = (page.status, page.h1, page.links["Demander un nouveau lien"])
        assert "Votre mot de passe n’a pas changé." in page.words

    assert told == dict.fromkeys(
        ["forged", "of nobody", "nonsense", "form without link", "used", "expired"],
        (410, "Ce lien ne fonctionne plus", "/compte/mot-de-passe/oublie/"),
    )


@pytest.mark.parametrize("key", ["MQ:1abc:forged", "abc", "a" * 64])
def test_a_confirmation_link_that_does_not_work_says_so_and_confirms_nothing(visitor, site, key):
    sign_up(Visitor())

    page = visitor.open(f"/compte/confirmation/{key}/")

    assert (page.status, page.h1) == (410, "Ce lien ne fonctionne plus")
    assert page.links["Se connecter"] == "/compte/connexion/"
    assert visitor.post(f"/compte/confirmation/{key}/").status == 405
    assert not EmailAddress.objects.get().verified


def test_changing_the_password_asks_for_the_old_one_and_tells_the_owner(visitor, ines, site):
    visitor.press(visitor.open("/compte/connexion/"), "Se connecter", {"login": ines.email, "password": PASSWORD})
    page = visitor.open("/compte/mot-de-passe/")
    names = [name for name in page.form("Enregistrer ce mot de passe")[2] if name.startswith("password")]
    new = dict.fromkeys(names, "un autre secret gardé")

    refused = visitor.press(page, "Enregistrer ce mot de passe", {"oldpassword": "autre chose", **new})
    assert list(refused.invalid) == ["oldpassword"]

    visitor.press(page, "Enregistrer ce mot de passe", {"oldpassword": PASSWORD, **new})
    ines.refresh_from_db()
    assert ines.check_password("un autre secret gardé")
    assert not signed_in(visitor)


def test_another_address_is_added_only_once_its_code_came_back(visitor, ines, site):
    visitor.press(visitor.open("/compte/connexion/"), "Se connecter", {"login": ines.email, "password": PASSWORD})

    waiting = visitor.press(visitor.open("/compte/adresses/"), "Ajouter cette adresse", {"email": "ines@autre.example"})
    assert waiting.h1 == "Entrez le code reçu par e-mail"
    assert EmailAddress.objects.filter(user=ines, verified=True).count() == 1

    visitor.press(waiting, "Valider le code", {"code": code_in(last_letter())})
    assert EmailAddress.objects.filter(user=ines, verified=True).count() == 2


# ---------------------------------------------------------------- an address that does not answer


def test_an_address_that_does_not_answer_is_said_in_my_space_until_the_link_of_a_letter_was_opened(visitor, ines, site):
    addresses.mark_failing(ines, diagnostic="550 5.1.1", at=NOW)
    space = Visitor(ines).open("/mon-espace/")
    assert "Votre adresse e-mail ne répond pas" in space.headings
    assert space.links["Corriger mon adresse"] == "/compte/adresses/"

    page = visitor.open(ask_reset(visitor))
    names = [name for name in page.form("Enregistrer ce mot de passe")[2] if name.startswith("password")]
    visitor.press(page, "Enregistrer ce mot de passe", dict.fromkeys(names, "un autre secret gardé"))

    assert "Votre adresse e-mail ne répond pas" not in Visitor(ines).open("/mon-espace/").headings


def test_another_address_that_is_confirmed_says_nothing_of_the_one_that_fails(visitor, ines, site):
    addresses.mark_failing(ines, diagnostic="550 5.1.1", at=NOW)
    visitor.press(visitor.open("/compte/connexion/"), "Se connecter", {"login": ines.email, "password": PASSWORD})
    waiting = visitor.press(visitor.open("/compte/adresses/"), "Ajouter cette adresse", {"email": "ines@autre.example"})
    visitor.press(waiting, "Valider le code", {"code": code_in(last_letter())})
    assert addresses.fails(ines, ines.email)
    visitor.press(visitor.open("/compte/adresses/"), "Rendre principale", {"email": "ines@autre.example"})
    assert "Votre adresse e-mail ne répond pas" not in visitor.open("/mon-espace/").headings


# ---------------------------------------------------------------- words


def test_every_page_of_the_account_speaks_french(visitor, ines, site):
    addresses = [
        "connexion",
        "inscription",
        "mot-de-passe/oublie",
        "mot-de-passe/oublie/envoye",
        "mot-de-passe/nouveau/fait",
        "inactif",
    ]
    headings = [visitor.open(f"/compte/{address}/").h1 for address in addresses]
    owner = Visitor(ines)
    headings += [
        owner.open(f"/compte/{address}/").h1
        for address in ("deconnexion", "adresses", "mot-de-passe", "confirmer-identite")
    ]

    assert headings == [
        "Se connecter",
        "Créer un compte",
        "Mot de passe oublié",
        "Regardez vos messages",
        "Votre mot de passe est changé",
        "Ce compte est désactivé",
        "Se déconnecter ?",
        "Mes adresses e-mail",
        "Changer de mot de passe",
        "Confirmez que c’est bien vous",
    ]


@pytest.mark.parametrize("address", ["connexion", "inscription", "mot-de-passe/oublie"])
def test_the_fields_of_the_account_say_what_browsers_may_fill_in(visitor, site, address):
    page = visitor.open(f"/compte/{address}/")

    told = {
        one["name"]: one.get("autocomplete")
        for one in page.main.select("input:not([type=hidden]):not([type=checkbox])")
    }
    expected = {
        "connexion": {"login": "email", "password": "current-password"},
        "inscription": {
            "first_name": "given-name",
            "last_name": "family-name",
            "email": "email",
            "password1": "new-password",
        },
        "mot-de-passe/oublie": {"email": "email"},
    }
    assert told == expected[address]
    assert [plain(label.get_text()) for label in page.main.select("label")] != []
