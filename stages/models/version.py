from django.db import models


class ContentVersion(models.Model):
    """Which version the content is in: one row, whose number the database changes with every write of content.

    Triggers change it (stages/triggers.py), so nothing that writes can forget to: neither the admin nor
    ``load_roadmap``, ``loaddata``, a shell, or SQL by hand. The numbers are random and do not come again, so what
    was worked out inside a transaction that was rolled back belongs to a number that nobody will see.
    """

    number = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.number)
