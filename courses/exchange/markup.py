"""Foreign HTML and text → the rich text that editors of questions may write; nothing else survives."""

import re
from functools import cache
from html import escape, unescape

from bs4 import BeautifulSoup
from wagtail.admin.rich_text.converters.editor_html import EditorHTMLConverter

from courses.blocks.questions import PROMPT, TEXT
from courses.exchange.found import Skipped, flat
from courses.manuscripts import html as from_markdown
from courses.quizzes import plain

# Elements whose very text is not for reading.
SILENT = {"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "title", "head"}
# Elements that stand on their own line; those that the editor does not know become paragraphs.
BLOCKS = {"h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "pre", "blockquote", "dt", "dd", "figure", "section"}
MEDIA = re.compile(r"<\s*(img|audio|video|iframe|object|embed|svg)\b", re.IGNORECASE)
SCRIPT = re.compile(r"<\s*script\b|\bon\w+\s*=|javascript\s*:", re.IGNORECASE)

# Reading tags that never close takes time as the square of their number.
MOST_TAGS = 1_000
TANGLED = "La mise en forme est trop lourde ou trop imbriquée pour être lue."

__all__ = ["PROMPT", "TEXT", "clean", "line", "losses", "rich", "words"]


@cache
def _editor(features):
    return EditorHTMLConverter(features=list(features))


def clean(html, features=PROMPT):
    """The HTML that the editor with these features would keep; empty when nothing is left to read.

    Cleaning what is clean changes nothing. Raises Skipped for tags beyond reason.
    """
    if html.count("<") > MOST_TAGS:
        raise Skipped(TANGLED)
    if "<" not in html:
        return f"<p>{escape(unescape(html).strip())}</p>" if html.strip() else ""
    try:
        soup = BeautifulSoup(html, "html.parser")
        for tag in soup.find_all(True):
            simplify(tag, features)
        cleaned = _editor(tuple(features)).to_database_format(f"<p></p>{soup}").removeprefix("<p></p>").strip()
    except RecursionError as error:
        raise Skipped(TANGLED) from error
    if not plain(cleaned):
        return ""
    return cleaned if re.match(r"<(p|ul|ol)\b", cleaned) else f"<p>{cleaned}</p>"


def simplify(tag, features):
    """Bring one element of a foreign text nearer to what the editor knows."""
    if tag.decomposed:
        return
    if tag.name in SILENT:
        tag.decompose()
    elif tag.name == "a" and not tag.has_attr("href"):
        tag.unwrap()
    elif tag.name in BLOCKS and not (tag.name == "li" and "ul" in features) and not tag.find([*BLOCKS, "p", "div"]):
        tag.name = "p"


def rich(text, kind="html", features=PROMPT):
    """The rich text of a text that says what it is: html, markdown, plain, or Moodle's own mixture."""
    if kind == "markdown":
        return clean(from_markdown(text), features)
    if kind in {"plain", "plain_text"}:
        return clean(escape(text, quote=False).replace("\n", "<br/>"), features)
    return clean(text, features)


def line(text, kind="html"):
    """The same as one line of plain text."""
    if kind in {"plain", "plain_text"}:
        return text.strip()
    return words(rich(text, kind, TEXT))


def words(html):
    """The text of HTML, on one line, with its no-break spaces."""
    return flat(unescape(re.sub(r"<[^<>]+>", " ", html)))


def losses(html):
    """What cleaning takes away that the author would miss: sentences."""
    found = []
    if MEDIA.search(html):
        found.append("Les images et enregistrements ne sont pas repris : ajoutez-les dans la banque.")
    if SCRIPT.search(html):
        found.append("Du code a été retiré du texte.")
    return found
