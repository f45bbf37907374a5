"""What reaches people outside the site: messages, weekly mails and calendars, and the choices about them.

`messages` are written by instructors, `digests` go out once a week, `ical` is fetched by calendars. All mail goes
through `progress/cohorts/email.py`. Begin with `messages`.
May import: the ground floor of cohorts and all below it, and reports, since a mail says what the page says.
"""
