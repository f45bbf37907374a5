from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "progress"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from progress.hooks import export_sections, scope_providers, topic_references
        from progress.impact.scopes import site_scopes
        from progress.maintenance.deletion import TOPIC_REFERENCES, deletion_blockers
        from progress.pending_actions import replay_after_login
        from progress.session_progress import merge_session_progress
        from progress.transfer.personal_data import EXPORT_SECTIONS
        from stages.hooks import deletion_guards

        # The documented seam of Django and allauth for "somebody has just come in".
        user_logged_in.connect(merge_session_progress, dispatch_uid="keep a visitor's ticks")
        user_logged_in.connect(replay_after_login, dispatch_uid="take up what waits for the log-in")
        deletion_guards.register(deletion_blockers)
        topic_references.register(*TOPIC_REFERENCES)
        export_sections.register(*EXPORT_SECTIONS)
        scope_providers.register(site_scopes)
