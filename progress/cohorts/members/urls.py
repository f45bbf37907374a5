from django.urls import path

from progress.cohorts.members import views_groups, views_join, views_people, views_settings

urlpatterns = [
    path("new/", views_settings.new_cohort, name="new_cohort"),
    path("join/", views_join.join, name="join"),
    path("join/<slug:code>/", views_join.join_cohort, name="join_cohort"),
    path("<pk:pk>/edit/", views_settings.edit_cohort, name="edit_cohort"),
    path("<pk:pk>/people/", views_people.cohort_people, name="cohort_people"),
    path("<pk:pk>/people/instructors/", views_people.add_instructor, name="add_instructor"),
    path("<pk:pk>/people/instructors/remove/", views_people.remove_instructor, name="remove_instructor"),
    path("<pk:pk>/people/learners/remove/", views_people.remove_learner, name="remove_learner"),
    path("<pk:pk>/code/", views_people.cohort_code, name="cohort_code"),
    path("<pk:pk>/code/renew/", views_people.renew_code, name="renew_code"),
    path("<pk:pk>/projector/", views_people.cohort_projector, name="cohort_projector"),
    path("<pk:pk>/leave/", views_join.leave_cohort, name="leave_cohort"),
    path("<pk:pk>/archive/", views_settings.archive_cohort, name="archive_cohort"),
    path("<pk:pk>/duplicate/", views_settings.duplicate_cohort, name="duplicate_cohort"),
    path("<pk:pk>/groups/", views_groups.groups, name="groups"),
    path("<pk:pk>/groups/<pk:group_pk>/", views_groups.group, name="group"),
    path("<pk:pk>/groups/<pk:group_pk>/delete/", views_groups.delete_group, name="delete_group"),
]
