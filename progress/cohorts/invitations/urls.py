from django.urls import path

from progress.cohorts.invitations import views, views_answer

urlpatterns = [
    path("invitations/<slug:token>/", views_answer.invitation, name="invitation"),
    path("<pk:pk>/invite/", views.invite, name="invite"),
    path("<pk:pk>/invitations/send/", views.send_invitations, name="send_invitations"),
    path("<pk:pk>/invitations/withdraw/", views.withdraw_invitations, name="withdraw_invitations"),
]
