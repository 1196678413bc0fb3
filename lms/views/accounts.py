"""Two pages of the account that say « this link no longer works », with the status that says so too."""

from allauth.account import views
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe


class NewPassword(views.PasswordResetFromKeyView):
    """Choosing a new password behind the link of a letter."""

    def render_to_response(self, context, **response_kwargs):
        """410 for a link that is forged, used or expired."""
        if context.get("token_fail"):
            response_kwargs["status"] = 410
        return super().render_to_response(context, **response_kwargs)


@require_safe
def confirm_email(request, key):
    """Addresses are confirmed by a code typed on the site: no link does it, whatever allauth's name says."""
    return TemplateResponse(request, "account/email_confirm.html", status=410)
