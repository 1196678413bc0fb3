"""The places of a text that somebody writes: what stands between braces is replaced for each person. Pure."""

import re

from courses.typography import folded

# What a manager may write between braces, replaced for each person; accents and capitals do not matter.
PLACES = ("{prénom}", "{prochaine étape}", "{lien}")
PLACE = re.compile(r" ?\{([^{}]*)\}")


def filled(text, facts):
    """The text with its places filled; one that has nothing to say goes with the space before it."""

    def said(place):
        fact = facts[folded(place[1].strip())]
        return f" {fact}" if fact and place[0].startswith(" ") else fact

    return PLACE.sub(said, text.replace("\r\n", "\n"))


def paragraphs(text):
    """The paragraphs of a text, which empty lines part."""
    return [part.strip() for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]


def unknown_places(text, places=PLACES):
    """What stands between braces and is no place, and braces that stand alone."""
    known = {folded(place.strip("{}")) for place in places}
    left = PLACE.sub(lambda place: "" if folded(place[1].strip()) in known else place[0], text)
    return [one.strip() for one in re.findall(r"\{[^{}]*\}|[{}]", left)]
