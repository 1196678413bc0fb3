"""What the header and the breadcrumb offer to this person."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Nav:
    """Which doors to show; read from the user that the session query loaded."""

    leads_cohorts: bool
    reviews: bool
    figures: bool  # of the quizzes that this person may edit
    edits: bool
    demo: bool


def nav(request):
    """Context processor: ``nav``, without any query (see lms.accounts.Backend)."""
    user = getattr(request, "user", None)
    return {
        "nav": Nav(
            leads_cohorts=bool(getattr(user, "leads_cohorts", False)),
            reviews=bool(getattr(user, "reviews", False)),
            figures=bool(getattr(user, "figures", False)),
            edits=bool(getattr(user, "edits", False)),
            demo=settings.DEMO,
        )
    }


def breadcrumb(*trail):
    """The places above the current page, from the catalogue down, as (title, address) pairs."""
    return [("Les parcours", "/parcours/"), *((place.title, place.url) for place in trail)]
