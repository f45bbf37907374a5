from django.urls import path

from progress.cohorts.invitations import views, views_answer

urlpatterns = [
    path("invitations/<slug:token>/", views_answer.invitation, name="invitation"),
    path("<int:pk>/invite/", views.invite, name="invite"),
    path("<int:pk>/invitations/send/", views.send_invitations, name="send_invitations"),
    path("<int:pk>/invitations/withdraw/", views.withdraw_invitations, name="withdraw_invitations"),
]
