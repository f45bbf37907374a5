from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "progress.cohorts"
    label = "cohorts"

    def ready(self) -> None:
        from allauth.account.signals import email_confirmed
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import m2m_changed

        from accounts.hooks import pre_delete_hooks
        from progress.cohorts.custom_tracks.access import private_outline
        from progress.cohorts.custom_tracks.ownership import adopt_ownerless_tracks, transfer_on_deletion
        from progress.cohorts.integration.deletion import deletion_blockers
        from progress.cohorts.integration.export import COHORT_EXPORT_SECTIONS
        from progress.cohorts.integration.impact import cohort_scopes
        from progress.cohorts.invitations.sender import claim_invitations
        from progress.cohorts.models import Cohort, Override
        from progress.hooks import TopicReference, export_sections, scope_providers, topic_references
        from stages.hooks import deletion_guards, private_outline_providers

        pre_delete_hooks.register(transfer_on_deletion)
        deletion_guards.register(deletion_blockers)
        private_outline_providers.register(private_outline)
        topic_references.register(TopicReference(Override, "learner"))
        export_sections.register(*COHORT_EXPORT_SECTIONS)
        scope_providers.register(cohort_scopes)
        # The documented seams for "this address is theirs" and "somebody has just come in".
        email_confirmed.connect(claim_invitations, dispatch_uid="claim the invitations of an address")
        user_logged_in.connect(claim_invitations, dispatch_uid="claim the invitations of whoever comes in")
        # The admin adds instructors, too, so a method of Cohort would not do.
        m2m_changed.connect(
            adopt_ownerless_tracks, Cohort.instructors.through, dispatch_uid="adopt the tracks that nobody composes"
        )
