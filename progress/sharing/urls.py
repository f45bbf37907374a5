from django.urls import path

from progress.sharing import views, views_certificates

urlpatterns = [
    path("tracks/<slug:slug>/certificate/", views_certificates.claim, name="claim"),
    path("certificate/", views_certificates.claim, name="claim_roadmap"),
    path("certificates/<slug:token>/", views_certificates.certificate, name="certificate"),
    path("me/share/", views.share, name="share"),
    path("me/share/renew/", views.renew_share, name="renew_share"),
    path("me/share/stop/", views.stop_share, name="stop_share"),
    path("shared/<slug:token>/", views.shared, name="shared"),
    path("shared/<slug:token>/card.png", views.shared_card, name="shared_card"),
    path("shared/<slug:token>/badge.svg", views.shared_badge, name="shared_badge"),
]
