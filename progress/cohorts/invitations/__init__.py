"""Invitations: a list is parsed, previewed, sent as mail, and answered.

`parser` reads lists as instructors have them, `sender` invites, resends and reminds, `views_answer` is what the
invited person sees. Begin with `sender`.
May import: the ground floor of cohorts and all below it.
"""
