from django.apps import AppConfig


class StagesConfig(AppConfig):
    name = "stages"
    verbose_name = "roadmap content"
    default_auto_field = "django.db.models.BigAutoField"
