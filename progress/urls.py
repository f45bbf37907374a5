from django.urls import path

from progress.views import beside, certificates, report, reset, sharing, ticks
from progress.views.me import me

urlpatterns = [
    path("topics/<slug:slug>/progress/", ticks.tick, name="tick"),
    path("topics/<slug:slug>/star/", beside.star, name="star"),
    path("topics/<slug:slug>/note/", beside.note, name="note"),
    path("topics/<slug:slug>/report/", report.report, name="report"),
    path("resources/<int:pk>/tick/", beside.tick_resource, name="tick_resource"),
    path("stages/<slug:slug>/reset/", reset.reset_stage, name="reset_stage"),
    path("tracks/<slug:slug>/reset/", reset.reset_track, name="reset_track"),
    path("tracks/<slug:slug>/certificate/", certificates.claim, name="claim"),
    path("certificate/", certificates.claim, name="claim_roadmap"),
    path("certificates/<slug:token>/", certificates.certificate, name="certificate"),
    path("me/", me, name="me"),
    path("me/notes/", beside.notes, name="notes"),
    path("me/resets/<int:pk>/undo/", reset.undo_reset, name="undo_reset"),
    path("me/share/", sharing.share, name="share"),
    path("me/share/renew/", sharing.renew_share, name="renew_share"),
    path("me/share/stop/", sharing.stop_share, name="stop_share"),
    path("shared/<slug:token>/", sharing.shared, name="shared"),
    path("shared/<slug:token>/card.png", sharing.shared_card, name="shared_card"),
    path("shared/<slug:token>/badge.svg", sharing.shared_badge, name="shared_badge"),
]
