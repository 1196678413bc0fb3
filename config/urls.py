"""Root addresses: the CMS, the product's own pages, then whatever editors have published."""

from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

handler400 = "lms.views.errors.bad_request"
handler403 = "lms.views.errors.permission_denied"
handler404 = "lms.views.errors.page_not_found"
handler500 = "lms.views.errors.server_error"

urlpatterns = [
    # One door: the site's own sign-in, with its limits and its confirmation of addresses.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("_util/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("compte/", include("lms.urls_account")),
    path("", include("lms.urls")),
    path("", include(wagtail_urls)),
]
