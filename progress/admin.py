from django.contrib import admin

from progress.models import CarryOver
from stages.admin import TopicAdmin
from stages.models import Topic

admin.site.unregister(Topic)


@admin.register(Topic)
class TickedTopicAdmin(TopicAdmin):
    """The topic's admin, where a merge or split takes the learners' ticks along as ``load_roadmap`` does."""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if carried := CarryOver.objects.settle():
            self.message_user(request, f"Standings carried over from the topics it replaces: {carried}.")
