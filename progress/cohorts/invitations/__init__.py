"""Invitations: a list is read, looked at, sent as mail, and answered.

`parser` reads lists as instructors have them, `services` invites, resends and withdraws, `views_answer` is what the
invited person sees. Begin with `services`.
May import: the ground floor of cohorts and all below it.
"""
