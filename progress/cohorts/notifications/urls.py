from django.urls import path

from progress.cohorts.notifications import views_calendar, views_messages, views_preferences

urlpatterns = [
    path("mail/", views_preferences.preferences, name="mail_choices"),
    path("mail/<token>/", views_preferences.unsubscribe, name="mail_off"),
    path("calendar/", views_calendar.calendar, name="calendar"),
    path("calendar/renew/", views_calendar.renew_calendar, name="renew_calendar"),
    path("calendar/end/", views_calendar.end_calendar, name="end_calendar"),
    path("calendar/<token>.ics", views_calendar.calendar_feed, name="calendar_feed"),
    path("<pk:pk>/write/", views_messages.write_message, name="write_message"),
    path("<pk:pk>/write/again/", views_messages.send_message_again, name="send_message_again"),
]
