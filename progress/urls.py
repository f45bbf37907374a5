from django.urls import path

from progress import views

urlpatterns = [
    path("topics/<slug:slug>/progress/", views.tick, name="tick"),
    path("me/", views.me, name="me"),
    path("me/share/", views.share, name="share"),
    path("me/share/renew/", views.renew_share, name="renew_share"),
    path("me/share/stop/", views.stop_share, name="stop_share"),
    path("shared/<slug:token>/", views.shared, name="shared"),
    path("shared/<slug:token>/card.png", views.shared_card, name="shared_card"),
    path("shared/<slug:token>/badge.svg", views.shared_badge, name="shared_badge"),
    path("certificate/", views.claim, name="claim_roadmap"),
    path("tracks/<slug:slug>/certificate/", views.claim, name="claim"),
    path("certificates/<slug:token>/", views.certificate, name="certificate"),
]
