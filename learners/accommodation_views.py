"""The admin's side of accommodations: given and ended, never edited."""

from django.forms import modelform_factory
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.viewsets.model import ModelViewSet

from learners import accommodations
from learners.models import Accommodation


class EndView(EditView):
    """The only change that an accommodation knows: its end."""

    def get_form_class(self):
        """A form without fields: its button is the whole question."""
        return modelform_factory(Accommodation, form=WagtailAdminModelForm, fields=[])

    def save_instance(self):
        """End through the verb."""
        accommodations.end(person=self.object.person, at=timezone.now())
        return Accommodation.objects.get(pk=self.object.pk)


class GrantView(CreateView):
    """Gives more time to somebody, dated and signed; what they had before ends."""

    def save_instance(self):
        """Grant through the verb."""
        return accommodations.grant(
            person=self.form.cleaned_data["person"],
            extra_percent=self.form.cleaned_data["extra_percent"],
            by=self.request.user,
            at=timezone.now(),
        )


class AccommodationViewSet(ModelViewSet):
    """Nothing is edited: another one replaces it, « Terminer » ends it."""

    model = Accommodation
    icon = "time"
    menu_label = "Aménagements"
    list_display = ["person", "extra_percent", "granted_at", "granted_by", "ended_at"]
    search_fields = ["person__email", "person__last_name"]
    form_fields = ["person", "extra_percent"]
    add_view_class = GrantView
    edit_view_class = EndView
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
