"""Sign-up, sign-in and reset at French addresses, by allauth's views under allauth's names."""

from allauth.account import views
from django.urls import path, re_path

from lms.views import accounts

urlpatterns = [
    path("connexion/", views.login, name="account_login"),
    path("deconnexion/", accounts.SignOut.as_view(), name="account_logout"),
    path("inscription/", views.signup, name="account_signup"),
    path("confirmation/", views.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^confirmation/(?P<key>[-:\w]+)/$", accounts.confirm_email, name="account_confirm_email"),
    path("inactif/", views.account_inactive, name="account_inactive"),
    path("confirmer-identite/", views.reauthenticate, name="account_reauthenticate"),
    path("adresses/", views.email, name="account_email"),
    path("mot-de-passe/", views.password_change, name="account_change_password"),
    path("mot-de-passe/definir/", views.password_set, name="account_set_password"),
    path("mot-de-passe/oublie/", views.password_reset, name="account_reset_password"),
    path("mot-de-passe/oublie/envoye/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        accounts.NewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path("mot-de-passe/nouveau/fait/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
]
