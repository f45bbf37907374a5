"""Markdown becomes HTML that is safe and useful, when it is written."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from stages.markdown.render import render, render_by_reader
from stages.models import Stage, Topic
from stages.sync.load import load
from tests.content import stage, topic, write_files

HOSTILE = """
<script>document.title = "hacked"</script>
<img src="x" onerror="document.title = 'hacked'">
<svg onload="document.title = 'hacked'"></svg>
<iframe srcdoc="<script>parent.document.title = 'hacked'</script>"></iframe>
<style>body { display: none }</style>

[press](javascript:document.title='hacked') [press](data:text/html,<script>1</script>) <javascript:alert(1)>
[a]: javascript:alert(1) "hm"
[press][a] ![x](x" onerror="document.title='hacked') [x](https://example.org/" onclick="document.title='hacked')

```python title="\\"><img src=x onerror=document.title='hacked'>"
"</code></pre><script>document.title = 'hacked'</script>"
```

```"><script>document.title='hacked'</script>
x
```
"""


def test_a_hostile_text_has_no_way_to_act():
    html = render(HOSTILE)
    for tag in ("<script", "<img", "<svg", "<iframe", "<style", '="javascript:', '="data:', "<x"):
        assert tag not in html.replace("&lt;", "⟨"), tag
    assert "hacked" in html  # it is shown, as text


def test_code_is_highlighted_and_keeps_its_letters():
    html = render('```python title="shop/models.py"\nif a < 1 and b:  # <b>\n    return "x"\n```')
    assert "<figcaption>shop/models.py</figcaption>" in html
    assert '<span class="keyword">if</span> a &lt; <span class="number">1</span>' in html
    assert '<span class="comment"># &lt;b&gt;</span>' in html
    assert 'tabindex="0"' in html  # who has no mouse can scroll it


def test_an_unknown_language_is_shown_plainly():
    assert "<code>a &lt; b</code>" in render("```klingon\na < b\n```")


def test_a_first_line_that_makes_no_sense_is_no_error():
    assert "<code>x</code>" in render('```python title="never closed\nx\n```')


def test_what_a_reader_wrote_is_told_no_place_in_a_project():
    """Nor is its code read for one."""
    text = '```python\nimport django\n```\n\n```output\n6.1\n```\n\n```python title="mine.py"\nx = 1\n```'
    assert "<figcaption>in python manage.py shell</figcaption>" in render(text)
    html = render_by_reader(text)
    assert re.findall("<figcaption>(.*?)</figcaption>", html) == ["Output", "mine.py"]
    assert 'aria-label="Code"' in html


def test_warnings_stand_out():
    assert '<p class="mistake"><strong>The usual mistake:</strong>' in render("**The usual mistake:** haste.")
    assert "<p><strong>Note:</strong>" in render("**Note:** well.")
    assert "<p>A <strong>The usual mistake:</strong>" in render("A **The usual mistake:** b")


def test_it_is_rendered_when_it_is_saved(content):
    maps = content.topics["maps"]
    maps.body = "*One*"
    maps.save()
    assert Topic.objects.get(slug="maps").body_html == "<p><em>One</em></p>\n"
    maps.body = "*Two*"
    maps.save()
    assert "Two" in Topic.objects.values_list("body_html", flat=True).get(slug="maps")


def test_it_is_not_rendered_when_it_is_read(content, client, monkeypatch):
    Topic.objects.filter(slug="maps").update(body="text", body_html="<p>As it was written</p>")
    monkeypatch.setattr("stages.fields.render", lambda text: pytest.fail("rendered on read"))
    assert "<p>As it was written</p>" in client.get("/topics/maps/").text


@pytest.mark.parametrize("loaded_by", ["load_roadmap", "loaddata"])
def test_it_is_rendered_when_it_is_loaded(db, tmp_path, loaded_by):
    write_files(tmp_path, stage(project="*Build*"), topic("maps", body="*One*", disagreement="*Two*"))
    call_command(loaded_by, tmp_path if loaded_by == "load_roadmap" else tmp_path / "roadmap.yaml", stdout=StringIO())
    html = Topic.objects.values_list("body_html", "disagreement_html", "stage__project_html").get()
    assert [text.strip() for text in html] == [f"<p><em>{word}</em></p>" for word in ("One", "Two", "Build")]


def test_a_changed_file_changes_the_html(db, tmp_path):
    for word in ("One", "Two"):
        load(write_files(tmp_path, stage(), topic("maps", body=f"*{word}*")))
    assert Topic.objects.get().body_html == "<p><em>Two</em></p>\n"


def test_a_load_renders_again_what_was_rendered_otherwise(db, tmp_path):
    write_files(tmp_path, stage(project="*Build*"), topic("maps", body="*One*"))
    load(tmp_path)
    Topic.objects.update(body_html="<p onclick=hack()>made by an older renderer</p>")
    load(tmp_path)
    assert Topic.objects.get().body_html == "<p><em>One</em></p>\n"
    assert Stage.objects.get().project_html == "<p><em>Build</em></p>\n"
