"""Only with `make run`: the web process serves the images that editors upload; elsewhere the proxy does."""

from django.conf import settings
from django.views.static import serve


def serve_media(request, path):
    """A file of the media folder."""
    return serve(request, path, document_root=str(settings.MEDIA_ROOT))
