"""A topic that takes over from others: they are retired in the same save, unless its editor wants to keep both."""

from django.contrib.auth.models import Permission

from progress.models import TopicProgress
from stages.models import Topic
from tests.stages.revisions.test_recorder import filled_in


def test_a_merge_retires_what_it_replaces_in_the_same_save(content, as_maintainer, learner):
    TopicProgress.objects.record(learner, content.topics["boots"], "done")
    topic = content.topics["weather"]
    path = f"/admin/stages/topic/{topic.pk}/change/"
    form = filled_in(as_maintainer.get(path)) | {"replaces": "boots"}
    impact = as_maintainer.post(path, form).context["impact"]
    roadmap = impact.phases[0].changes[0]
    assert roadmap.totals == (4, 3)
    page = as_maintainer.post(path, form | {"_impact": impact.token}, follow=True)
    assert "“Boots” is retired, for “Weather” takes its place." in page.text
    assert Topic.objects.get(slug="boots").state == "retired"
    assert learner.topic_progress.get(topic=topic).status == "done"


def test_what_is_replaced_stays_where_somebody_wants_that(content, as_maintainer):
    topic = content.topics["weather"]
    path = f"/admin/stages/topic/{topic.pk}/change/"
    form = filled_in(as_maintainer.get(path)) | {"replaces": "boots"}
    del form["retire_replaced"]
    assert as_maintainer.post(path, form).status_code == 302
    again = filled_in(as_maintainer.get(path))
    assert "retire_replaced" not in again  # nobody has to say so twice
    assert as_maintainer.post(path, again | {"title": "Skies"}).status_code == 302
    assert Topic.objects.get(slug="boots").state == "published"


def test_a_draft_retires_nothing_until_it_is_published(content, as_maintainer):
    topic = content.topics["weather"]
    Topic.objects.filter(pk=topic.pk).update(state="draft")
    path = f"/admin/stages/topic/{topic.pk}/change/"
    for state, expected in [("draft", "published"), ("published", "retired")]:
        form = filled_in(as_maintainer.get(path)) | {"replaces": "boots", "state": state}
        assert as_maintainer.post(path, form).status_code == 302
        assert Topic.objects.get(slug="boots").state == expected


def test_whoever_only_looks_has_no_box_to_tick(content, as_maintainer, maintainer):
    maintainer.user_permissions.set(Permission.objects.filter(codename="view_topic"))
    page = as_maintainer.get(f"/admin/stages/topic/{content.topics['weather'].pk}/change/")
    assert page.status_code == 200
    assert "Weather" in page.text
    assert "retire_replaced" not in page.text
