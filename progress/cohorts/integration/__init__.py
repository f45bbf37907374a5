"""Where cohorts answer what the layers below ask: may this be deleted, what would an edit change, what is a person's.

Nothing imports this but `progress/cohorts/apps.py`, which registers each answer where it is asked for.
May import: the ground floor of cohorts and all below it.
"""
