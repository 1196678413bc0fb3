"""French at output, as template filters. Formatting only: no rule, no query; the words are courses.typography's."""

import re
import unicodedata

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

from courses import typography

register = template.Library()

register.filter("pluriel", typography.pluriel)
register.filter("duree", typography.duree)
register.filter("heures", typography.heures)
register.filter("pourcent", typography.pourcent)


@register.filter
def minutes(count):
    """A limit in minutes, as it is set: 60 min, 90 min."""
    return f"{count}{typography.FIXED}min"


@register.filter
def mesure(value, places=0):
    """A measured figure with that many decimals, a true minus and a comma: −4, 0,31. A dash for none."""
    if value is None:
        return "–"
    text = f"{round(value, places) + 0.0:.{places}f}"  # adding zero turns −0 into 0
    return text.replace("-", "\u2212").replace(".", ",")


@register.filter
def valeur(figure):
    """A figure without its sign, where a word says what it does."""
    return abs(figure)


@register.filter
def part(share):
    """A measured share between 0 and 1, rounded to the nearest: 0.136 is 14 %."""
    return f"{mesure(100 * share)}{typography.NARROW}%"


@register.filter(expects_localtime=True)
def jour(value):
    """A date in full, in the time of the site: 1er août 2026."""
    return typography.jour(value)


@register.filter
def typographie(value):
    """Spaces and apostrophes of printed French. Safe HTML stays HTML; anything else is escaped."""
    if value is None:
        return ""
    if hasattr(value, "__html__"):
        return mark_safe(typography.typographie_html(value.__html__()))  # noqa: S308 — was safe; only its spaces change
    return conditional_escape(typography.typographie(str(value)))


@register.filter
def en_ligne(value):
    """Rich text made fit for a legend or a heading: paragraphs become lines."""
    html = value.__html__() if hasattr(value, "__html__") else conditional_escape(value)
    lines = re.sub(r"</p>\s*<p[^>]*>", "<br>", html)
    return mark_safe(re.sub(r"</?(?:p|div)\b[^>]*>", "", lines).strip())  # noqa: S308 — only removes tags


@register.filter
def cle(mapping, key):
    """The value of a dictionary at a key that is itself a variable, or None."""
    return mapping.get(key) if mapping else None


@register.filter
def initiale(word):
    """The letter under which a dictionary files a word: É and é are filed under e, Œ under o."""
    return unicodedata.normalize("NFKD", str(word).replace("œ", "oe").replace("Œ", "oe"))[:1].lower()
