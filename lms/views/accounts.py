"""Where the account differs from allauth's: two links that no longer work, and signing out."""

from allauth.account import views
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from learners import addresses


class NewPassword(views.PasswordResetFromKeyView):
    """Choosing a new password behind the link of a letter."""

    def render_to_response(self, context, **response_kwargs):
        """410 for a link that is forged, used or expired."""
        if context.get("token_fail"):
            response_kwargs["status"] = 410
        return super().render_to_response(context, **response_kwargs)

    def form_valid(self, form):
        """Keep the password: the link arrived."""
        addresses.mark_working(self.reset_user, self.reset_user.email)
        return super().form_valid(form)


@require_safe
def confirm_email(request, key):
    """Addresses are confirmed by a code typed on the site: no link does it, whatever allauth's name says."""
    return TemplateResponse(request, "account/email_confirm.html", status=410)


class SignOut(views.LogoutView):
    """Signing out also empties what pages keep in this browser: the next person finds no answer there."""

    def post(self, *args, **kwargs):
        """Out, with the order to empty the store of the site."""
        response = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = '"storage"'
        return response
