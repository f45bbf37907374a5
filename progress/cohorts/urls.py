from django.urls import path

from progress.cohorts.views import seeing

urlpatterns = [
    path("<int:pk>/", seeing.cohort, name="cohort"),
    path("<int:pk>/learners/<int:learner>/", seeing.cohort_learner, name="cohort_learner"),
    path("<int:pk>/standings.csv", seeing.cohort_csv, name="cohort_csv"),
]
