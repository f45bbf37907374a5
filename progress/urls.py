from django.urls import path

from progress.views import beside, certificates, exports, report, reset, sharing, ticks, transfer
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
    path("me/data/", transfer.data, name="data"),
    path("me/data/waymark.json", transfer.data_as_json, name="data_as_json"),
    path("me/data/progress.csv", transfer.progress_as_csv, name="progress_as_csv"),
    path("me/data/import/", transfer.import_list, name="import_list"),
    path("me/share/", sharing.share, name="share"),
    path("me/share/renew/", sharing.renew_share, name="renew_share"),
    path("me/share/stop/", sharing.stop_share, name="stop_share"),
    path("shared/<slug:token>/", sharing.shared, name="shared"),
    path("shared/<slug:token>/card.png", sharing.shared_card, name="shared_card"),
    path("shared/<slug:token>/badge.svg", sharing.shared_badge, name="shared_badge"),
    path("roadmap/checklist.md", exports.checklist, name="checklist"),
    path("roadmap/print/", exports.printed, name="print"),
    path("roadmap/roadmap.json", exports.data_of_way, name="data_of_way"),
    path("tracks/<slug:track>/checklist.md", exports.checklist, name="checklist"),
    path("tracks/<slug:track>/print/", exports.printed, name="print"),
    path("tracks/<slug:track>/track.json", exports.data_of_way, name="data_of_way"),
    path("stages/<slug:stage>/checklist.md", exports.checklist, name="checklist"),
    path("stages/<slug:stage>/print/", exports.printed, name="print"),
]
