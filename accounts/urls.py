from django.urls import path
from django.views.generic import RedirectView

from accounts import views, views_security

urlpatterns = [
    path("", views.account, name="account"),
    path("delete/", views.delete, name="account_delete"),
    path("security/", views_security.security, name="security"),
    path("security/end/", views_security.end_session, name="end_session"),
    # allauth's own page of sessions, whose place ours takes.
    path("sessions/", RedirectView.as_view(pattern_name="security"), name="usersessions_list"),
]
