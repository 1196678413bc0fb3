"""The product, a browser, and people in it. Everything that a page says wrong fails the test that opened it."""

import os
import secrets
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, expect, sync_playwright

from tests.browser import product as products
from tests.browser.backstage import Backstage

CHROMIUM = "/usr/bin/chromium"
OPTIONS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking")
SIZES = {"phone": {"width": 375, "height": 812}, "desktop": {"width": 1280, "height": 800}}
PATIENCE = 20_000  # milliseconds; the machine may be busy, a person would wait less


@pytest.fixture(scope="package")
def product(tmp_path_factory):
    """The running product, shared by every process of this run."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs Chromium at {CHROMIUM} (Debian: apt install chromium)")
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    with products.shared(Path(os.environ.get("PRODUCT_FOLDER") or base / "product")) as running:
        yield running


@pytest.fixture(scope="package")
def backstage(product):
    """Time, and people with a past (see backstage)."""
    calls = Backstage(product)
    yield calls
    calls.close()


@pytest.fixture(scope="package")
def answers(backstage):
    """The right and a wrong response to every question, by its identifier."""
    return backstage("answers")


# Not for the whole session: Playwright's loop in this thread would keep other tests from the database.
@pytest.fixture(scope="package")
def browser():
    """Chromium, as the system has it."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield chromium
        chromium.close()


class People:
    """Opens browsers of new people, and keeps an eye on everything their pages do wrong."""

    def __init__(self, browser, product):
        self.browser = browser
        self.product = product
        self.contexts = []
        self.faults = []

    def __call__(self, size="desktop", *, javascript=True, theme="light", **options):
        """A page of somebody new: no cookie, French, in that size."""
        context = self.browser.new_context(
            base_url=self.product.url,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport=SIZES.get(size, size),
            java_script_enabled=javascript,
            color_scheme=theme,
            **options,
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("console", self.heard)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("request", self.asked)
        context.on("response", self.answered)
        return context.new_page()

    def signed_in(self, session, size="desktop", **options):
        """A page of somebody who has signed in already; ``session`` comes from backstage."""
        page = self(size, **options)
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": self.product.url}])
        return page

    def heard(self, message):
        """An error on the console, among which refusals of the content security policy."""
        # A page that answers 403 or 404 on purpose is announced like a missing file: see `answered`.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console of {message.page.url}: {message.text}")

    def asked(self, request):
        """Nothing is asked of anybody else."""
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and f"{address.scheme}://{address.netloc}" != self.product.url:
            self.faults.append(f"third party: {request.url}")

    def answered(self, response):
        """Only a page may refuse; never a file of the page, and nothing may break."""
        page = response.request.is_navigation_request()
        told = response.status in {401, 403, 409} and response.url.endswith("/enregistrer/")  # in words, by the script
        if response.status >= 500 or (response.status >= 400 and not page and not told):
            self.faults.append(f"{response.status}: {response.url}")

    def leave(self):
        """Close every browser."""
        for context in self.contexts:
            try:
                context.close()
            except Error as error:
                self.faults.append(str(error))


@pytest.fixture
def people(browser, product):
    """Call it for the page of somebody new. At the end none of their pages may have complained."""
    opened = People(browser, product)
    yield opened
    opened.leave()
    assert opened.faults == []


@pytest.fixture(params=SIZES)
def size(request):
    """Phone, then desktop."""
    return request.param


@pytest.fixture
def email():
    """An address that nobody had before."""
    return f"nadia.{secrets.token_hex(4)}@example.org"


def pytest_report_header():
    """Which browser drives the product."""
    return f"chromium: {shutil.which('chromium') or 'missing'}"
