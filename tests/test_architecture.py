"""The shape of the code, read from the code itself. Each rule says what it protects."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("config", "courses", "learners", "lms")
STATIC = ROOT / "lms/static/lms"
TEMPLATES = ROOT / "lms/templates"
LETTERS = (ROOT / "learners/templates/learners/letters", TEMPLATES / "account/email")


def name(path):
    """The path of a file as we say it."""
    return path.relative_to(ROOT).as_posix()


def sources(*packages):
    """The Python files of these packages, migrations left out."""
    files = [file for package in packages or PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return [file for file in files if "migrations" not in file.parts]


def templates():
    """The templates of pages; letters are read by mail programs, which have other rules."""
    return [file for file in sorted(TEMPLATES.rglob("*.html")) if file.parent not in LETTERS]


def styles():
    """Every stylesheet."""
    return sorted(STATIC.rglob("*.css"))


def nodes(file, *types):
    """The nodes of these types in a Python file."""
    return [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, types)]


def found(files, look):
    """The files in which something was found, with what."""
    return {name(file): wrong for file in files if (wrong := look(file))}


# --- Imports and modules


def test_the_import_contracts_hold():
    ran = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, re.findall(r"^(.+) (KEPT|BROKEN)", ran.stdout, flags=re.MULTILINE)) == (
        0,
        [
            ("Four layers", "KEPT"),
            ("Inside learners", "KEPT"),
            ("Doors of courses", "KEPT"),
            ("Accounts stay in lms", "KEPT"),
        ],
    ), ran.stdout


def test_modules_are_named_for_their_subject():
    # A drawer is what one opens when one has not decided where a thing belongs.
    drawers = {"utils", "util", "helpers", "helper", "services", "service", "common", "core", "misc", "managers"}
    parts = {name(file): {*file.relative_to(ROOT).with_suffix("").parts} & drawers for file in sources()}
    assert {file: drawer for file, drawer in parts.items() if drawer} == {}


def test_a_module_can_be_read_in_one_sitting():
    lengths = {name(file): len(file.read_text().splitlines()) for file in sources()}
    assert {file: lines for file, lines in lengths.items() if lines > 400} == {}


def test_a_rule_is_called_never_signalled():
    # What a receiver does is invisible where it is caused, and bulk writes skip it.
    def listening(file):
        imported = [
            f"{node.module}.{alias.name}" for node in nodes(file, ast.ImportFrom) for alias in node.names if node.module
        ] + [alias.name for node in nodes(file, ast.Import) for alias in node.names]
        return [one for one in imported if re.search(r"django\.dispatch|\bsignals\b", one)]

    assert found(sources(), listening) == {}


# --- Tasks


def called(file, names):
    """The calls of methods with these names, as written."""
    calls = [node for node in nodes(file, ast.Call) if isinstance(node.func, ast.Attribute) and node.func.attr in names]
    return [ast.unparse(node) for node in calls]


def test_only_the_tasks_module_speaks_to_the_broker():
    # Everything else asks for a hint after commit: the row is the truth, the broker only makes it prompt.
    sending = {"delay", "apply_async", "send_task"}
    assert found(sources(), lambda file: called(file, sending)) == {
        "learners/tasks.py": ["self.apply_async(args=args, queue=queue)"]
    }


def test_a_hint_leaves_after_commit():
    # on_commit is named in the one verb that hands letters over, and nothing hints elsewhere.
    assert found(sources(), lambda file: called(file, {"hint"})) == {
        "learners/letters.py": ["send_letter.hint(letter.pk, queue=queue)"]
    }
    assert found(sources(), lambda file: called(file, {"on_commit"})) == {
        "learners/letters.py": ["transaction.on_commit(lambda: send_letter.hint(letter.pk, queue=queue), robust=True)"]
    }


def test_no_task_is_parked_in_the_broker_for_later():
    # A due date is a column that the clock reads; Redis holds nothing that cannot be rebuilt.
    def parked(file):
        words = [word.arg for node in nodes(file, ast.Call) for word in node.keywords]
        return [word for word in words if word in {"eta", "countdown"}]

    assert found(sources(), parked) == {}


# --- Records of learning

WRITES = {
    "save",
    "asave",
    "delete",
    "adelete",
    "create",
    "acreate",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "create_user",
    "create_superuser",
    "update",
}
# On whatever they are called, these write a row.
ALWAYS = WRITES - {"update"}
# What makes the pages of an empty site, and the people of a demonstration.
MAKERS = {f"lms/management/commands/{command}.py" for command in ("load_courses", "seed_demo", "seed_scale")}


def root_of(node):
    """The name at the beginning of a chain of attributes and calls, or an empty one."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def imported_from(file, module):
    """The names that a file takes from this module."""
    taken = [node for node in nodes(file, ast.ImportFrom) if node.module == module]
    return {alias.asname or alias.name for node in taken for alias in node.names}


def written(file):
    """The calls in this file that write rows by themselves."""
    models, verbs = imported_from(file, "learners.models"), imported_from(file, "learners")
    calls = [node for node in nodes(file, ast.Call) if isinstance(node.func, ast.Attribute)]
    return [
        ast.unparse(call)
        for call in calls
        if call.func.attr in (WRITES if root_of(call) in models else ALWAYS) and root_of(call) not in verbs
    ]


def test_screens_write_no_record_but_through_a_verb():
    files = [file for file in sources("lms", "config") if name(file) not in MAKERS]
    assert found(files, written) == {}


def test_what_authors_write_never_touches_a_record():
    assert found(sources("courses"), lambda file: imported_from(file, "learners.models")) == {}


def test_time_and_person_are_passed_to_verbs():
    # A verb that asks the clock, or the request, cannot be told what happened yesterday.
    verbs = [ROOT / f"learners/{verb}.py" for verb in ("attempts", "certificates", "enrolment", "progress", "standing")]
    verbs += [ROOT / f"learners/{verb}.py" for verb in ("delivery", "letters", "reminders", "reporting", "people")]
    verbs += [
        ROOT / f"learners/{verb}.py"
        for verb in ("messages", "contacts", "evidence", "digests", "bounces", "addresses", "previews")
    ]
    verbs += [ROOT / f"learners/{verb}.py" for verb in ("rule_book", "forecasts", "rehearsals", "departures", "rules")]

    def asking(file):
        return re.findall(r"timezone\.now\(|datetime\.now\(|localdate\(|\brequest\b", file.read_text())

    assert found(verbs, asking) == {}


# --- Pages


def test_no_script_style_or_handler_is_written_in_a_page():
    # The content security policy refuses them all: what is written in a page would simply not work.
    forbidden = re.compile(
        r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
    )
    assert found(templates(), lambda file: forbidden.findall(file.read_text())) == {}


def test_no_page_calls_a_third_party():
    outside = re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//[^\"']*")
    assert found(templates(), lambda file: outside.findall(file.read_text())) == {}
    fetched = re.compile(r"url\(\s*[\"']?(?:https?:)?//|@import\s+[\"']http")
    assert found(styles(), lambda file: fetched.findall(file.read_text())) == {}


RAW_COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(|:\s*(?:white|black|red|green|blue|gr[ae]y|orange)\b"
)


def test_raw_colours_are_in_the_tokens_only():
    def raw(file):
        return RAW_COLOUR.findall(re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL))

    tokens = STATIC / "css/tokens.css"
    assert raw(tokens) != []
    assert found([file for file in styles() if file != tokens], raw) == {}


def test_the_colours_of_the_browser_around_the_page_are_those_of_the_tokens():
    asked = re.findall(r'name="theme-color" content="([^"]+)"', (TEMPLATES / "base.html").read_text())
    assert len(asked) == 2
    tokens = (STATIC / "css/tokens.css").read_text()
    assert [colour for colour in asked if colour not in tokens] == []


def test_every_token_that_is_used_exists_and_every_token_that_exists_is_used():
    css = "".join(file.read_text() for file in styles() if "admin" not in file.parts)
    defined = set(re.findall(r"(--[\w-]+)\s*:", css))
    # var(--gap, 1rem) has a value of its own until a parent gives another.
    assert set(re.findall(r"var\((--[\w-]+)\)", css)) - defined == set()
    assert defined - set(re.findall(r"var\((--[\w-]+)", css)) == set()


def test_every_stylesheet_script_and_picture_of_the_site_is_linked():
    files = [file for file in STATIC.rglob("*") if file.is_file() and not file.name.endswith(".txt")]
    texts = "".join(file.read_text() for file in [*TEMPLATES.rglob("*.html"), *styles(), *sources("lms", "learners")])
    unused = [name(file) for file in files if file.name not in texts and file.parent.name != "tracks"]
    assert unused == []


SHOWCASE = TEMPLATES / "lms/components.html"


def test_every_component_is_used_by_a_page():
    others = [file for file in TEMPLATES.rglob("*.html") if file != SHOWCASE]
    texts = {file: file.read_text() for file in [*others, *sources("lms", "courses")]}
    components = sorted((TEMPLATES / "components").glob("*.html"))
    unused = [
        file.name
        for file in components
        if not any(f"components/{file.name}" in text for other, text in texts.items() if other != file)
    ]
    assert unused == []


SAID = re.compile(r"(?:\{% load [\w ]+ %\}\s*)?(?:\{#.{15,}#\}|\{% comment %\}.{15,})", re.DOTALL)


def test_every_component_says_what_it_is_for():
    components = sorted((TEMPLATES / "components").glob("*.html"))
    assert [file.name for file in components if not SAID.match(file.read_text())] == []


def test_every_block_has_a_template_and_every_template_a_block():
    named = set(re.findall(r'"(blocks/\w+\.html)"', (ROOT / "courses/blocks/content.py").read_text()))
    included = {
        one
        for file in (TEMPLATES / "blocks").glob("*.html")
        for one in re.findall(r'include "(blocks/\w+\.html)"', file.read_text())
    }
    assert {f"blocks/{file.name}" for file in (TEMPLATES / "blocks").glob("*.html")} == named | included


def test_every_page_template_is_asked_for_by_a_view_or_another_template():
    asked = "".join(file.read_text() for file in [*sources("lms", "courses"), *TEMPLATES.rglob("*.html")])
    pages = [file for folder in ("lms", "courses") for file in sorted((TEMPLATES / folder).glob("*.html"))]
    assert [name(file) for file in pages if f"{file.parent.name}/{file.name}" not in asked] == []


# --- Words

# Between two letters, an apostrophe of French: « l'eau », « aujourd'hui ».
STRAIGHT = re.compile(r"\w*[a-zà-ÿœA-ZÀ-ÝŒ]'[a-zà-ÿœA-ZÀ-ÝŒ]\w*")


def shown(text):
    """The words of a template that readers see, with the texts of its attributes."""
    text = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", " ", text, flags=re.DOTALL)
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)


def test_screens_and_letters_use_typographic_apostrophes():
    every = [*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt"), *(ROOT / "learners/templates").rglob("*.*")]
    assert found(sorted(every), lambda file: STRAIGHT.findall(shown(file.read_text()))) == {}


def test_sentences_in_the_code_use_typographic_apostrophes():
    def straight(file):
        docstrings = {
            ast.get_docstring(node, clean=False)
            for node in nodes(file, ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        }
        texts = [node.value for node in nodes(file, ast.Constant) if isinstance(node.value, str)]
        return [word for text in texts if text not in docstrings for word in STRAIGHT.findall(text)]

    assert found(sources(), straight) == {}


def test_an_attestation_is_never_called_a_certification_or_a_diploma():
    # Only to say that it is none.
    boast = re.compile(r"[Cc]ertifications?\b|(?<!ni un )[Dd]iplômes?\b")
    every = [*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt"), *(ROOT / "learners/templates").rglob("*.*")]
    assert found(sorted(every), lambda file: boast.findall(shown(file.read_text()))) == {}


# --- Exceptions to the rules


def test_every_exception_to_a_tool_says_why():
    excused = re.compile(r"#\s*(noqa\b.*|type: ignore.*|pragma:.*|ruff: noqa.*)$", re.MULTILINE)
    reasoned = re.compile(r"noqa: [A-Z0-9, ]+ — .{4,}|type: ignore\[[\w-]+\]  # .{4,}|pragma: no cover — .{4,}")

    def silent(file):
        return [one for one in excused.findall(file.read_text()) if not reasoned.search(one)]

    assert found([*sources(), *sorted((ROOT / "tests").rglob("*.py"))], silent) == {}


@pytest.mark.parametrize("word", ["print(", "breakpoint(", "pdb"])
def test_no_trace_of_debugging_is_left(word):
    assert found(sources("courses", "learners", "lms"), lambda file: word in file.read_text()) == {}
