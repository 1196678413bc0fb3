"""The preview of a quiz, which has no view of ours behind it: Wagtail renders the page by itself."""

from django import template

from courses.blocks.questions import quiz_of
from lms.forms import QuizForm

register = template.Library()


@register.simple_tag
def blank_form(page):
    """The questions of this quiz page, draft or not, as somebody who has answered nothing meets them."""
    return QuizForm(quiz_of(page), {})
