from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "progress.cohorts"
    label = "cohorts"

    def ready(self):
        from progress import everything
        from progress.cohorts.parts import PARTS

        everything.PARTS += PARTS
