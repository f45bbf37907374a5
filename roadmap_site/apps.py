from django.apps import AppConfig


class RoadmapSiteConfig(AppConfig):
    name = "roadmap_site"

    def ready(self) -> None:
        from roadmap_site.environment import checks  # noqa: F401 - it registers itself
