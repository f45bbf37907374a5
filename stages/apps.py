from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_save
from django.urls import register_converter
from django.utils.translation import gettext_lazy as _


class StagesConfig(AppConfig):
    name = "stages"
    verbose_name = _("Roadmap content")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stages import triggers
        from stages.converters import PkConverter
        from stages.editing.deletion import content_blockers
        from stages.hooks import deletion_guards

        deletion_guards.register(content_blockers)
        register_converter(PkConverter, "pk")
        post_migrate.connect(triggers.install, sender=self)
        pre_save.connect(triggers.renumber, sender="stages.ContentVersion")
