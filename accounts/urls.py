from allauth.mfa.webauthn.views import login_webauthn
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import RedirectView

from accounts import views, views_security

urlpatterns = [
    path("", views.account, name="account"),
    path("delete/", views.delete, name="account_delete"),
    # allauth does not mark it, and a log-in by passkey begins before anybody is signed in.
    path("2fa/webauthn/login/", login_not_required(login_webauthn), name="mfa_login_webauthn"),
    path("security/", views_security.security, name="security"),
    path("security/end/", views_security.end_session, name="end_session"),
    # allauth's own page of sessions, whose place ours takes.
    path("sessions/", RedirectView.as_view(pattern_name="security"), name="usersessions_list"),
]
