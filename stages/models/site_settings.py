from typing import cast

from django.db import models
from django.utils.translation import gettext_lazy

from stages.fields import HtmlField, LongTextField
from stages.validators import one_line

SUBJECT = cast(str, gettext_lazy("the goal"))  # where nothing else is said; in the language of whoever reads it


class SiteSettingsQuerySet(models.QuerySet["SiteSettings"]):
    def get_by_natural_key(self) -> "SiteSettings":
        return self.get()

    def get_or_default(self) -> "SiteSettings":
        """The row, or what holds without one. One query."""
        return self.first() or SiteSettings(name="Waymark", subject=SUBJECT)


class SiteSettings(models.Model):
    """What the site calls itself, and what it is about: one row, or none.

    A field that is empty has a text that is true of every roadmap; the templates have it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(
        max_length=40,
        help_text="In the head of every page, in mail, and on what learners share.",
        validators=[one_line],
    )
    subject = models.CharField(
        max_length=60, help_text="As it goes on after “The way to”: knots, another language.", validators=[one_line]
    )
    lead = models.CharField(
        max_length=300, blank=True, help_text="On the front page, after its numbers.", validators=[one_line]
    )
    description = models.CharField(
        max_length=300, blank=True, help_text="What search engines show of the site.", validators=[one_line]
    )
    footer = LongTextField(blank=True, help_text="At the foot of every page. Markdown.")
    footer_html = HtmlField("footer")

    objects = SiteSettingsQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "site settings"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1),
                name="one_site",
                violation_error_message="There is one site, and it has its settings already.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[()]:
        return ()
