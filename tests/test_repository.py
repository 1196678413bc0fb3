"""The repository agrees with itself: migrations, locks, documents, processes, production settings."""

import importlib
import os
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from psycopg import sql

from config import checks
from config.celery import app
from config.settings import base
from tests.factories.learners import make_person

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
# What a checkout grows and git ignores.
GROWN = {".git", ".venv", "var", "node_modules", "__pycache__"} | {
    f".{tool}_cache" for tool in ("pytest", "ruff", "mypy", "import_linter")
}


def manage(*arguments, settings="config.settings.test", **environment):
    """Run a command of the project in a process of its own; gives its status and what it said."""
    ran = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": settings, "LC_ALL": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def files():
    """Every file that somebody wrote."""
    return [
        path
        for path in sorted(ROOT.rglob("*"))
        if path.is_file() and not GROWN & set(path.relative_to(ROOT).parts) and ".hypothesis" not in path.parts
    ]


def text_of(path):
    """The text of a file, or nothing for a picture or a font."""
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


# --- Migrations


@pytest.mark.slow
def test_no_migration_is_missing(tmp_path):
    said = manage("makemigrations", "--check", "--dry-run", VAR_DIR=str(tmp_path))
    assert said == (0, "No changes detected\n")


@pytest.fixture
def empty_database(tmp_path):
    """The environment of an empty database of the kind that the suite runs on."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {"VAR_DIR": str(tmp_path)}
        return
    name = f"migrations_{os.getpid()}"
    with psycopg.connect(**server(), autocommit=True) as server_connection:
        server_connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield {"VAR_DIR": str(tmp_path), "DATABASE_URL": re.sub(r"(//[^/]*)/[^?]*", rf"\1/{name}", url)}
    finally:
        with psycopg.connect(**server(), autocommit=True) as server_connection:
            server_connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def server():
    """How to reach the PostgreSQL server of the suite, at its maintenance database."""
    settings = base.DATABASES["default"]
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    host = settings.get("OPTIONS", {}).get("host", "")
    given = {key: settings[setting] for key, setting in keys.items() if settings.get(setting)}
    return {"dbname": "postgres", **({"host": host} if host else {}), **given}


FIRST_START = """
from django.core.management import call_command
from lms.management.commands.load_courses import home_page
from wagtail.models import Page, Site

call_command("migrate", "--check", verbosity=0, skip_checks=False)
call_command("createcachetable")
home_page()
print([(page.depth, page.slug, page.content_type.model) for page in Page.objects.order_by("path")])
print([(site.hostname, site.root_page.slug) for site in Site.objects.all()])
"""


@pytest.mark.slow
def test_the_real_migrations_make_a_site_on_an_empty_database(empty_database):
    status, said = manage("migrate", "--verbosity=0", **empty_database)
    assert (status, said) == (0, "")
    status, said = manage("shell", "--verbosity=0", "--command", FIRST_START, **empty_database)
    assert (status, said.splitlines()) == (
        0,
        [
            # Wagtail's welcome page has left its place to ours.
            "[(1, 'root', 'page'), (2, 'accueil', 'homepage')]",
            "[('localhost', 'accueil')]",
        ],
    )


# --- Dependencies


def pinned(lock):
    """The versions that a lock file pins, by name, and its other lines."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / lock).read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = {}
    for line in lines:
        entry = re.fullmatch(r"([\w.\[\],-]+)==(\S+)( ; [^#]*?)?((?: +--hash=sha256:[0-9a-f]{64})+)", line)
        assert entry, f"{lock}: {line[:100]}"
        found[canonicalize_name(entry[1].split("[")[0])] = entry[2]
    return found


LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-uv.lock"]
NEEDED = {
    "requirements.lock": [
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["embedded"],
    ],
    "requirements-dev.lock": [
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["embedded"],
        *PROJECT["dependency-groups"]["dev"],
    ],
}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_versions_with_their_hashes_and_names_no_address(lock):
    assert pinned(lock) != {}
    assert re.findall(r"\S*(?:https?://|--(?:extra-)?index-url|--find-links| @ )\S*", (ROOT / lock).read_text()) == []


@pytest.mark.parametrize("lock", NEEDED)
def test_a_lock_satisfies_what_the_project_asks(lock):
    versions = pinned(lock)
    asked = [Requirement(line) for line in NEEDED[lock]]
    unmet = [str(one) for one in asked if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"))]
    assert unmet == []


def test_both_locks_agree():
    production, development = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert {name: (version, development.get(name)) for name, version in production.items()} == {
        name: (version, version) for name, version in production.items()
    }


def test_every_dependency_has_its_reason_beside_it():
    text = (ROOT / "pyproject.toml").read_text()
    lists = re.findall(r"^(?:dependencies|embedded|dev) = \[\n(.*?)^\]", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in lists for line in block.splitlines()]
    assert len(lines) == len(NEEDED["requirements-dev.lock"])
    assert [line for line in lines if not re.fullmatch(r'"[^"]+", +# .{8,}', line)] == []


def test_every_rule_that_is_off_has_its_reason_beside_it():
    text = (ROOT / "pyproject.toml").read_text()
    lists = re.findall(r"^(?:ignore|filterwarnings) = \[\n(.*?)^\]", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in lists for line in block.splitlines()]
    silent = [line for line in lines if not line.startswith("#") and "  #" not in line and ", #" not in line]
    # « error » is the rule itself; the libraries below share the reason above them.
    assert [line for line in silent if "ignore::DeprecationWarning:" not in line] == ['"error",']


def test_the_tools_are_set_up():
    tool = PROJECT["tool"]
    assert [contract["name"] for contract in tool["importlinter"]["contracts"]] == [
        "Four layers",
        "Inside learners",
        "Doors of courses",
        "Accounts stay in lms",
    ]
    assert tool["importlinter"]["contracts"][0]["layers"] == ["config", "lms", "learners", "courses"]
    assert tool["importlinter"]["contracts"][1]["exhaustive"] is True
    assert set(tool["mypy"]["packages"]) == {"config", "courses", "learners", "lms"}
    assert {"B", "BLE", "DJ", "DTZ", "F", "PLC", "PTH", "S"} <= set(tool["ruff"]["lint"]["select"])
    assert tool["djlint"]["profile"] == "django"
    assert tool["pytest"]["ini_options"]["filterwarnings"][0] == "error"


def test_all_name_the_same_python():
    floor = re.fullmatch(r">=(\d\.\d+),.*", PROJECT["project"]["requires-python"])[1]
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{floor.replace('.', '')}"
    assert f"--python-version {floor}" in (ROOT / "Makefile").read_text()
    assert f"Python {floor}" in (ROOT / "README.md").read_text()


# --- Files


def test_no_path_of_a_machine_is_written_down():
    # Written apart so that this file does not find itself.
    places = ["/" + "home/[a-z]", "/" + "root/", "/" + "Users/", "/" + "work/", "C:" + r"\\"]
    machine = re.compile(r"(?<![\w.-])(?:" + "|".join(places) + ")")
    found = {path.relative_to(ROOT).as_posix(): machine.findall(text_of(path)) for path in files()}
    assert {path: paths for path, paths in found.items() if paths} == {}


def test_no_merge_or_editor_leftover_is_kept():
    names = [path.relative_to(ROOT).as_posix() for path in files() if re.search(r"\.(orig|rej|bak|swp)$|~$", path.name)]
    assert names == []
    marks = re.compile(r"^(?:<{7} |>{7} )", re.MULTILINE)
    assert [path.name for path in files() if marks.search(text_of(path))] == []


def test_no_key_is_written_for_people_where_a_program_reads_it():
    """In French, 1000 is written with a space: a key in an attribute goes through ``unlocalize``."""
    for_people = re.compile(r"""=["'][^"'<>]*\{\{ *(?:[\w.]+\.)?pk *\}\}""")
    pages = [path for path in files() if path.suffix == ".html"]
    assert {path.name for path in pages if for_people.search(text_of(path))} == set()


DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_documents_link_to_files_that_exist():
    broken = {}
    for document in DOCUMENTS:
        links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", document.read_text())
        broken[document.name] = [link for link in links if not (document.parent / link).exists()]
    assert {name: links for name, links in broken.items() if links} == {}


def test_documents_name_files_that_exist():
    tops = "config|courses|learners|lms|tests|docs|.ci"
    named = re.compile(rf"`((?:{re.escape(tops).replace(re.escape('|'), '|')})/[\w./-]*)`")
    missing = {}
    for document in DOCUMENTS:
        missing[document.name] = [path for path in named.findall(document.read_text()) if not (ROOT / path).exists()]
    assert {name: paths for name, paths in missing.items() if paths} == {}


def test_documents_name_commands_that_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    asked = {word for document in DOCUMENTS for word in re.findall(r"`make ([a-z]+)`", document.read_text())}
    assert asked - targets == set()
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    ours = {word for document in DOCUMENTS for word in re.findall(r"manage\.py ([a-z]+_[a-z_]+)", document.read_text())}
    assert ours - commands == set()


def test_every_decision_is_numbered_once_and_says_what_was_rejected():
    names = sorted(path.stem for path in (ROOT / "docs/decisions").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    silent = [name for name in names if "eject" not in (ROOT / f"docs/decisions/{name}.md").read_text()]
    assert silent == []


# --- Processes


def processes():
    """The command of each kind of process."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line.strip())


def test_every_kind_of_process_starts_something_that_exists():
    commands = processes()
    assert list(commands) == ["release", "web", "worker", "clock"]
    module, attribute = re.search(r"(config[\w.]*):(\w+)", commands["web"]).groups()
    assert callable(getattr(importlib.import_module(module), attribute))
    assert [re.search(r"celery -A (\S+) (\S+)", commands[name]).groups() for name in ("worker", "clock")] == [
        ("config", "worker"),
        ("config", "beat"),
    ]
    assert importlib.import_module("config").celery_app is app
    assert "check --deploy" in commands["release"]


def test_web_processes_share_connections_and_the_others_keep_one():
    pooled = {name: "DATABASE_POOL=false" not in command for name, command in processes().items()}
    assert pooled == {"release": True, "web": True, "worker": False, "clock": False}


def test_a_web_worker_that_dies_is_replaced():
    assert "--respawn-failed-workers" in processes()["web"]


def test_the_clock_asks_for_tasks_that_exist():
    app.loader.import_default_modules()
    asked = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert asked - set(app.tasks) == set()
    assert asked == {name for name in app.tasks if name.startswith("learners.schedule.")}


def test_every_variable_that_is_read_is_documented_and_the_other_way_round():
    settings = "".join(path.read_text() for path in (ROOT / "config/settings").glob("*.py"))
    read = set(re.findall(r"""env(?:\.\w+)?\(\s*["'](\w+)["']""", settings))
    told = set(re.findall(r"^\| (`.*?`) \|", (ROOT / "docs/deployment.md").read_text(), flags=re.MULTILINE))
    named = {word for cell in told for word in re.findall(r"`([A-Z_]{4,})`", cell)}
    in_commands = {word for line in processes().values() for word in re.findall(r"\$\{(\w+)", line)}
    assert read - named == set()
    assert named - read - in_commands == {"DJANGO_SETTINGS_MODULE"}


# --- Production

REAL = {
    "SECRET_KEY": "u7Vb0Qm2xT9sLk4eRz1nYw8cHa6pDj3fGi5oKq7tUv0Bm4Xs1Nd9",
    "ALLOWED_HOSTS": "apprendre.alliance.fr",
    "SITE_URL": "https://apprendre.alliance.fr",
    "DATABASE_URL": "postgres://alliance:mot-de-passe@db.alliance.fr/alliance",
    "REDIS_URL": "redis://redis.alliance.fr:6379/0",
    "EMAIL_URL": "smtp+tls://lettres:mot-de-passe@smtp.alliance.fr:587",
}


def deployment_check(**changes):
    """What `check --deploy` says of production with these values; None takes a variable away."""
    values = {key: value for key, value in {**REAL, **changes}.items() if value is not None}
    status, said = manage("check", "--deploy", "--fail-level=WARNING", settings="config.settings.production", **values)
    return status, re.findall(r"\((\w+\.[EW]\d+)\)", said), said


@pytest.mark.slow
def test_production_with_real_values_raises_no_warning():
    status, found, said = deployment_check()
    assert (status, found) == (0, []), said
    assert re.findall(r"\((\w+\.I\d+)\)", said) == ["config.I001"]  # no seal was bought, which is said and allowed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"SECRET_KEY": "change-me-please-change-me-please-change-me-please"}, "config.E001"),
        ({"REDIS_URL": None}, "config.E003"),
        ({"SITE_URL": "http://apprendre.alliance.fr"}, "config.E005"),
    ],
)
def test_production_refuses_a_value_that_was_left_as_it_came(changes, refusal):
    status, found, said = deployment_check(**changes)
    assert (status, refusal in found) == (1, True), said


@pytest.mark.slow
@pytest.mark.parametrize("variable", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_does_not_start_without_its_own_values(variable):
    status, _, said = deployment_check(**{variable: None})
    assert (status, f"Set the {variable} environment variable" in said) == (1, True), said


@pytest.fixture
def production(settings):
    """Settings that the checks accept."""
    settings.SECRET_KEY = REAL["SECRET_KEY"]
    settings.REDIS_URL = REAL["REDIS_URL"]
    settings.SITE_URL = REAL["SITE_URL"]
    settings.DEBUG = False
    settings.DEMO = False
    return settings


def refusals():
    """The identifiers of what the checks of the settings refuse."""
    return [error.id for error in checks.production_is_real(None)]


def test_real_settings_are_accepted(production):
    assert refusals() == []


@pytest.mark.parametrize(
    ("name", "value", "refusal"),
    [
        ("SECRET_KEY", "only for the tests", "config.E001"),
        ("SECRET_KEY", "x" * 49, "config.E001"),
        ("SECRET_KEY", "django-insecure-" + "x" * 50, "config.E001"),
        ("SECRET_KEY", "Secret" + "x" * 50, "config.E001"),
        ("DEBUG", True, "config.E002"),
        ("REDIS_URL", "", "config.E003"),
        ("DEMO", True, "config.E004"),
        ("SITE_URL", "http://127.0.0.1:8000", "config.E005"),
        ("BOUNCES_URL", "imap://retours:secret@imap.example.org/INBOX", "config.E009"),
    ],
)
def test_production_refuses_the_settings_of_a_demonstration(production, name, value, refusal):
    setattr(production, name, value)
    assert refusals() == [refusal]


def said_of_seals():
    """The identifiers of what the checks say of the keys that sign."""
    return [one.id for one in checks.attestations_are_sealed(None)]


def seal_files(folder, *, days):
    """A key and a certificate that ends in that many days, where the settings could name them."""
    key = ec.generate_private_key(ec.SECP256R1())
    now, name = datetime.now(UTC), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Cachet")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    certificate = built.not_valid_before(now - timedelta(days=99)).not_valid_after(now + timedelta(days=days))
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    (folder / "key.pem").chmod(0o600)
    (folder / "chain.pem").write_bytes(certificate.sign(key, hashes.SHA256()).public_bytes(pem))
    return {"SEAL_KEY": str(folder / "key.pem"), "SEAL_CHAIN": str(folder / "chain.pem")}


def configure(settings, values):
    for name, value in values.items():
        setattr(settings, name, value)


def test_looking_at_the_settings_says_that_no_seal_was_given_and_makes_none(production, tmp_path):
    production.SEAL_FOLDER = tmp_path / "sceau"
    assert said_of_seals() == ["config.I001"]
    assert not production.SEAL_FOLDER.exists()


def test_a_seal_of_the_settings_is_accepted_without_a_word(production, tmp_path):
    configure(production, seal_files(tmp_path, days=90))
    assert said_of_seals() == []


def test_a_seal_that_has_ended_or_that_others_may_read_is_told(production, tmp_path):
    configure(production, seal_files(tmp_path, days=-1))
    (tmp_path / "key.pem").chmod(0o644)
    assert said_of_seals() == ["config.W001", "config.W002"]


def test_production_refuses_keys_that_cannot_sign(production, tmp_path):
    configure(production, {"SEAL_KEY": str(tmp_path / "nothing.pem"), "BADGE_KEY": str(tmp_path / "nothing.pem")})
    assert said_of_seals() == ["config.E007", "config.E008"]


@pytest.mark.parametrize(
    ("email", "active", "refused"),
    [
        ("apprenante@demo.example", True, ["config.E006"]),
        ("Admin@DEMO.example", True, ["config.E006"]),
        ("apprenante@demo.example", False, []),
        ("nadia@example.org", True, []),
    ],
)
def test_production_refuses_a_database_that_holds_demonstration_people(db, email, active, refused):
    make_person(email, is_active=active)
    assert [error.id for error in checks.no_demonstration_people(None, databases=["default"])] == refused


def test_a_check_without_a_database_does_not_touch_one():
    assert checks.no_demonstration_people(None, databases=None) == []
