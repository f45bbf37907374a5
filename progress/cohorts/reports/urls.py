from django.urls import path

from progress.cohorts.reports import views, views_overrides, views_timeline

urlpatterns = [
    path("<pk:pk>/", views.cohort, name="cohort"),
    path("<pk:pk>/learners/<pk:learner>/", views.cohort_learner, name="cohort_learner"),
    path("<pk:pk>/learners/<pk:learner>/topics/<slug:slug>/", views_overrides.override, name="override"),
    path("overrides/<pk:pk>/undo/", views_overrides.undo_override, name="undo_override"),
    path("overrides/<pk:pk>/dispute/", views_overrides.dispute_override, name="dispute_override"),
    path("<pk:pk>/standings.csv", views.cohort_csv, name="cohort_csv"),
    path("<pk:pk>/over-time/", views_timeline.cohort_over_time, name="cohort_over_time"),
    path("<pk:pk>/over-time.csv", views_timeline.over_time_csv, name="over_time_csv"),
]
