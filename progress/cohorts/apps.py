from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "progress.cohorts"
    label = "cohorts"
