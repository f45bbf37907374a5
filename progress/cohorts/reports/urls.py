from django.urls import path

from progress.cohorts.reports import views, views_overrides, views_timeline

urlpatterns = [
    path("<int:pk>/", views.cohort, name="cohort"),
    path("<int:pk>/learners/<int:learner>/", views.cohort_learner, name="cohort_learner"),
    path("<int:pk>/learners/<int:learner>/topics/<slug:slug>/", views_overrides.override, name="override"),
    path("overrides/<int:pk>/undo/", views_overrides.undo_override, name="undo_override"),
    path("overrides/<int:pk>/dispute/", views_overrides.dispute_override, name="dispute_override"),
    path("<int:pk>/standings.csv", views.cohort_csv, name="cohort_csv"),
    path("<int:pk>/over-time/", views_timeline.cohort_over_time, name="cohort_over_time"),
    path("<int:pk>/over-time.csv", views_timeline.over_time_csv, name="over_time_csv"),
]
