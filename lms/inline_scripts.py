"""Wagtail's choosers without the script that they write in the page, which our policy refuses.

Dates and inline panels have a template that we override (lms/templates/wagtailadmin); choosers
are written in Python, so their one method is replaced. static/lms/admin/start.js does the rest.
tests/lms/test_admin.py fails when Wagtail no longer needs it.
"""

import json
import re

from django.utils.html import format_html
from wagtail.admin.widgets import BaseChooser

CALL = re.compile(r"(?:new )?(?P<name>\w+)\((?P<args>.*)\);", re.DOTALL)


def render(self, name, value, attrs=None, renderer=None):
    """What Wagtail renders, with the call of its script in data attributes."""
    chosen = self.get_value_data(value)
    call = CALL.fullmatch(self.render_js_init(attrs["id"], name, chosen))
    if call is None:
        raise TypeError(f"start.js does not know how {type(self).__name__} starts")
    return format_html(
        '{}<template data-controller="lms-start" data-lms-start-call-value="{}" data-lms-start-args-value="{}">'
        "</template>",
        self.render_html(name, chosen, attrs),
        call["name"],
        json.dumps(json.loads(f"[{call['args']}]")),
    )


def forbid():
    """Called once, when the admin loads."""
    BaseChooser.render = render
