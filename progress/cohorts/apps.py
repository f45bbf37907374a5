from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "progress.cohorts"
    label = "cohorts"

    def ready(self):
        from progress import everything
        from progress.cohorts.parts import PARTS
        from progress.cohorts.reading import private_outline
        from stages import reading

        everything.PARTS += PARTS
        reading.PRIVATE.append(private_outline)
