from django.urls import path

from progress.cohorts.views import assignments, invited, inviting, joining, mail, people, seeing, setting_up

urlpatterns = [
    path("", people.cohorts, name="cohorts"),
    path("new/", setting_up.new_cohort, name="new_cohort"),
    path("mail/", mail.mail_choices, name="mail_choices"),
    path("mail/<token>/", mail.mail_off, name="mail_off"),
    path("join/", joining.join, name="join"),
    path("join/<slug:code>/", joining.join_cohort, name="join_cohort"),
    path("invitations/<slug:token>/", invited.invitation, name="invitation"),
    path("<int:pk>/", seeing.cohort, name="cohort"),
    path("<int:pk>/learners/<int:learner>/", seeing.cohort_learner, name="cohort_learner"),
    path("<int:pk>/standings.csv", seeing.cohort_csv, name="cohort_csv"),
    path("<int:pk>/edit/", setting_up.edit_cohort, name="edit_cohort"),
    path("<int:pk>/people/", people.cohort_people, name="cohort_people"),
    path("<int:pk>/people/instructors/", people.add_instructor, name="add_instructor"),
    path("<int:pk>/people/instructors/remove/", people.remove_instructor, name="remove_instructor"),
    path("<int:pk>/people/learners/remove/", people.remove_learner, name="remove_learner"),
    path("<int:pk>/invite/", inviting.invite, name="invite"),
    path("<int:pk>/invitations/send/", inviting.send_invitations, name="send_invitations"),
    path("<int:pk>/invitations/withdraw/", inviting.withdraw_invitations, name="withdraw_invitations"),
    path("<int:pk>/code/", people.cohort_code, name="cohort_code"),
    path("<int:pk>/code/renew/", people.renew_code, name="renew_code"),
    path("<int:pk>/projector/", people.cohort_projector, name="cohort_projector"),
    path("<int:pk>/leave/", joining.leave_cohort, name="leave_cohort"),
    path("<int:pk>/archive/", setting_up.archive_cohort, name="archive_cohort"),
    path("<int:pk>/duplicate/", setting_up.duplicate_cohort, name="duplicate_cohort"),
    path("<int:pk>/assign/", assignments.assign, name="assign"),
    path("<int:pk>/assignments/<int:assignment>/", assignments.edit_assignment, name="edit_assignment"),
    path("<int:pk>/assignments/<int:assignment>/remove/", assignments.remove_assignment, name="remove_assignment"),
    path("<int:pk>/assignments/<int:assignment>/extend/", assignments.extend, name="extend"),
]
