"""The admin's side of courses: the glossary, from which lessons choose their terms."""

from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from courses.models import GlossaryTerm


class GlossaryViewSet(SnippetViewSet):
    model = GlossaryTerm
    icon = "info-circle"
    menu_label = "Glossaire"
    menu_name = "glossary"
    add_to_admin_menu = True
    list_display = ["term", "definition"]


register_snippet(GlossaryViewSet)
