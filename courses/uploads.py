"""The form by which editors send images."""

from django.core.exceptions import ValidationError
from PIL import UnidentifiedImageError
from wagtail.images.forms import BaseImageForm


class ImageForm(BaseImageForm):
    """Wagtail's own, which fails on a file that has the first bytes of an image and nothing more."""

    def full_clean(self):
        """A damaged file is refused with a sentence, like any other wrong file."""
        try:
            super().full_clean()
        except (UnidentifiedImageError, OSError):
            self.add_error("file", ValidationError("Cette image est abîmée ou incomplète : envoyez-la de nouveau."))
