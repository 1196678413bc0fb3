"""Somebody at a browser without JavaScript: opens addresses, follows links, fills forms, presses buttons."""

from functools import cached_property
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from django.test import Client


def plain(text):
    """The text with ordinary spaces, one at a time."""
    return " ".join(text.split())


class Screen:
    """A response as its reader meets it."""

    def __init__(self, response, address):
        self.response = response
        self.status = response.status_code
        self.trail = [url for url, _ in getattr(response, "redirect_chain", [])]
        self.address = self.trail[-1] if self.trail else address

    @cached_property
    def soup(self):
        """The whole page; many are opened for what they answer, not for what they say."""
        return BeautifulSoup(self.response.content, "html.parser")

    @property
    def title(self):
        """The title of the window."""
        return plain(self.soup.title.get_text())

    @property
    def h1(self):
        """The one main heading."""
        (heading,) = self.soup.find_all("h1")
        return plain(heading.get_text())

    @property
    def headings(self):
        """Every heading, in order."""
        return [plain(heading.get_text()) for heading in self.soup.find_all(["h1", "h2", "h3", "h4"])]

    @property
    def main(self):
        """The element that holds the content."""
        return self.soup.find("main")

    @property
    def words(self):
        """The text of the content."""
        return plain(self.main.get_text(" "))

    @property
    def said(self):
        """The messages that the site says once, above the content."""
        return [plain(one.get_text(" ")) for one in self.soup.select(".messages .notice")]

    @property
    def links(self):
        """The addresses of the content, by the words of their links."""
        return {plain(link.get_text(" ")): link["href"] for link in self.main.find_all("a", href=True)}

    @property
    def buttons(self):
        """The words of the buttons of the content that can be pressed."""
        return [plain(one.get_text(" ")) for one in self.main.find_all("button") if not one.has_attr("disabled")]

    @property
    def invalid(self):
        """The messages beside the fields that are wrong, by name of field."""
        return {
            field.find(["input", "select", "textarea"], attrs={"name": True})["name"]: plain(
                field.select_one(".field__error").get_text(" ")
            )
            for field in self.soup.select(".field[data-invalid]")
        }

    def form(self, label):
        """The address, the method and the fields that pressing this button of the page would send."""
        found = [one for one in self.soup.find_all("button") if plain(one.get_text(" ")) == label]
        assert found, f"no button « {label} » on {self.address}: {self.buttons}"
        button = found[0]
        form = button.find_parent("form")
        fields = {}
        for one in form.find_all(["input", "select", "textarea"], attrs={"name": True}):
            for value in values_of(one):
                fields.setdefault(one["name"], []).append(value)
        if button.get("name"):
            fields[button["name"]] = [button.get("value", "")]
        action = button.get("formaction") or form.get("action") or ""
        return urljoin(self.address, action), form.get("method", "get").lower(), fields


def values_of(control):
    """What a form control sends."""
    if control.has_attr("disabled"):
        return []
    if control.name == "textarea":
        return [control.get_text().removeprefix("\n")]  # as browsers do
    if control.name == "select":
        options = control.find_all("option")
        chosen = [one for one in options if one.has_attr("selected")] or options[:1]
        return [one.get("value", one.get_text()) for one in chosen]
    kind = control.get("type", "text")
    if kind in {"submit", "button", "image", "reset"}:
        return []
    if kind in {"radio", "checkbox"} and not control.has_attr("checked"):
        return []
    return [control.get("value", "on" if kind == "checkbox" else "")]


class Visitor:
    """One browser, with its cookies; CSRF is checked as it is in production."""

    def __init__(self, person=None):
        self.client = Client(enforce_csrf_checks=True)
        self.person = person
        if person:
            self.client.force_login(person)

    def open(self, address, **headers):
        """The page at this address, after its redirects."""
        return Screen(self.client.get(address, follow=True, headers=headers or None), address)

    def press(self, screen, label, filled=None):
        """The page that follows a press on this button, with these fields filled in, by name."""
        address, method, fields = screen.form(label)
        for name, value in (filled or {}).items():
            fields[name] = value if isinstance(value, list) else [value]
        return Screen(getattr(self.client, method)(address, fields, follow=True), address)

    def post(self, address, fields=None):
        """The page that follows a POST to an address that shows no button here, with a CSRF token that fits."""
        token = self.client.cookies.get("csrftoken")
        if token is None:
            self.client.get("/compte/connexion/" if self.person is None else "/mon-espace/preferences/")
            token = self.client.cookies["csrftoken"]
        data = {"csrfmiddlewaretoken": token.value, **(fields or {})}
        return Screen(self.client.post(address, data, follow=True), address)
