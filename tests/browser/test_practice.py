"""Exercises in a real browser: Django checks what a learner writes, and what they write reaches nothing else."""

import json

import pytest
from django.conf import settings
from playwright.sync_api import expect

from progress.models import Attempt
from stages.practice.bundle import current_bundle
from stages.practice.files import parse_files
from tests.browser.test_journey import sign_in
from tests.browser.test_pages import violations
from tests.content import make_exercise
from tests.practice.test_exercises import EXERCISES

pytestmark = pytest.mark.timeout(300)
RIGHT = "def double(number):\n    return number + number\n"


@pytest.fixture(autouse=True)
def bundle(request):
    if current_bundle() is None:
        why = "there is nothing to run Django with in a browser: uv run manage.py build_practice"
        (pytest.fail if request.config.getoption("--require-browser") else pytest.skip)(why)


@pytest.fixture
def exercise(content):
    return make_exercise(content.topics["maps"])


def write(page, text):
    """Replace what is in the text box, which is the plain one."""
    page.get_by_label("Plain text box").check()
    page.locator("#editor textarea").fill(text)


def check(page):
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#check")).to_have_attribute("aria-disabled", "false", timeout=90_000)


def states(page):
    return [item.get_attribute("data-state") for item in page.locator("#sentences li").all()]


def test_django_says_what_holds(exercise, open_browser):
    page = open_browser()
    page.goto("/practice/double/")
    write(page, "def double(number):\n    return number + 2\n")
    check(page)
    assert states(page) == ["passed", "failed", "failed"]
    assert "Six does not become twelve." in page.locator("#sentences").inner_text()
    expect(page.locator("#live")).to_have_text("1 of 3 checks hold.")
    expect(page.locator("#passed")).to_be_hidden()
    write(page, RIGHT)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#passed")).to_be_visible(timeout=20_000)
    assert states(page) == ["passed"] * 3
    assert violations(page) == []


def test_the_editor_is_left_by_keyboard(exercise, open_browser):
    page = open_browser()
    page.goto("/practice/double/")
    editor = page.locator("#editor .cm-content")
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("# done")
    expect(editor).to_contain_text("# done")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Check")).to_be_focused()


def test_a_learners_files_and_pass_are_kept(exercise, learner, open_browser):
    page = open_browser(learner)
    page.goto("/practice/double/")
    write(page, RIGHT)
    expect(page.locator("#kept")).to_have_text("Saved.", timeout=10_000)
    check(page)
    expect(page.locator("#kept")).to_have_text("Saved.")
    expect(page.locator("#shown")).to_be_visible()
    page.reload()
    expect(page.locator("#editor textarea")).to_have_value(RIGHT)
    expect(page.locator("#shown")).to_have_text("shown")


def test_a_visitors_files_come_along(exercise, learner, open_browser):
    page = open_browser()
    page.goto("/practice/double/")
    write(page, RIGHT)
    check(page)
    page.reload()
    expect(page.locator("#editor textarea")).to_have_value(RIGHT)
    page.goto("/accounts/login/")
    sign_in(page, learner)
    page.goto("/me/")
    page.wait_for_load_state("networkidle")
    page.reload()
    expect(page.get_by_text("You have shown 1 exercise.")).to_be_visible()
    assert Attempt.objects.get().files == {"double.py": RIGHT}


def test_starting_over_can_be_undone(exercise, open_browser):
    page = open_browser()
    page.goto("/practice/double/")
    write(page, RIGHT)
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("#editor textarea")).not_to_have_value(RIGHT)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#editor textarea")).to_have_value(RIGHT)


def test_without_javascript_all_can_be_read(exercise, open_browser):
    page = open_browser(java_script_enabled=False)
    page.goto("/practice/double/")
    text = page.locator("main").inner_text()
    for words in ("Two becomes four.", "Hint 1", "double.py", "Without JavaScript nothing can run"):
        assert words in text


LOOP = "def double(number):\n    while True:\n        pass\n"
ATTACKS = {
    "its cookies and storage": "import js\n"
    "for name in ('document', 'localStorage', 'indexedDB', 'parent', 'fetch', 'self'):\n"
    "    assert not hasattr(js, name), name\n" + RIGHT,
    "the network": "import urllib.request\ntry:\n    urllib.request.urlopen('http://localhost/')\n"
    "except Exception:\n    pass\nelse:\n    raise SystemExit\n" + RIGHT,
    "the network by JavaScript": "try:\n    from pyodide.code import run_js\n"
    '    answer = str(run_js("typeof document + typeof localStorage + typeof parent"))\n'
    "except Exception:\n    answer = 'undefined' * 3\nassert answer == 'undefined' * 3, answer\n" + RIGHT,
    "its files": "import shutil\nfor folder in ('/tmp', '/home'):\n"
    "    shutil.rmtree(folder, ignore_errors=True)\n" + RIGHT,
    "much printing": "for _ in range(1000):\n    print('x' * 100_000)\n" + RIGHT,
    "much memory": "try:\n    x = bytearray(4 * 10**9)\nexcept (MemoryError, OverflowError):\n    pass\n" + RIGHT,
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_learner_writes_reaches_nothing(exercise, open_browser, attack):
    page = open_browser()
    page.goto("/practice/double/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    write(page, RIGHT)
    check(page)
    asked.clear()
    write(page, ATTACKS[attack])
    check(page)
    assert [url for url in asked if not url.startswith("blob:")] == []
    write(page, RIGHT)
    check(page)  # the page goes on, from the start if need be
    if page.locator("#passed").is_hidden():
        check(page)
    expect(page.locator("#passed")).to_be_visible()


def test_a_loop_without_an_end_is_ended(exercise, open_browser):
    page = open_browser()
    page.goto("/practice/double/")
    write(page, LOOP)
    check(page)
    expect(page.locator("#state")).to_contain_text("It ran for 5 seconds")
    write(page, RIGHT)
    check(page)
    expect(page.locator("#passed")).to_be_visible()


def test_a_forged_message_is_not_believed(exercise, open_browser):
    page = open_browser()
    page.goto("/practice/double/")
    page.evaluate("postMessage({state: 'checked', id: 1, result: '{\"passed\": true, \"checks\": []}'}, '*')")
    expect(page.locator("#passed")).to_be_hidden()


# --- Every exercise, in the very bundle that learners get ---

RUN = """async (jobs) => {
  const { startSandbox } = await import(document.getElementById("exercise").dataset.runner);
  const { bundle, frame, worker } = document.getElementById("exercise").dataset;
  const sandbox = await startSandbox({ bundle, frame, worker, onStarting: () => {} });
  const answers = [];
  for (const { files, checks } of jobs) answers.push(await sandbox.check(files, checks));
  sandbox.remove();
  return JSON.stringify(answers);
}"""
STAGES = sorted({name[:2] for name in EXERCISES})


@pytest.mark.parametrize("stage", STAGES)
def test_every_exercise_holds_in_the_browser(exercise, open_browser, subtests, stage):
    page = open_browser()
    page.goto("/practice/double/")
    jobs, expected = [], []
    for name, fields in EXERCISES.items():
        if not name.startswith(stage):
            continue
        starter, given = parse_files(fields["files"]), parse_files(fields.get("given", ""))
        answers = [("passed", fields["solution"]), ("", "")]
        answers += [(answer["says"], answer["files"]) for answer in fields["wrong_answers"]]
        for says, files in answers:
            jobs.append({"files": {**starter, **parse_files(files), **given}, "checks": parse_files(fields["checks"])})
            expected.append((name, says))
    results = json.loads(page.evaluate(RUN, jobs))
    for (name, says), answer in zip(expected, results, strict=True):
        with subtests.test(f"{name}: {says or 'starter'}"):
            result = answer.get("result") or pytest.fail(str(answer))
            messages = [each["message"] for each in result["checks"] if not each["passed"]]
            if says == "passed":
                assert (result["passed"], result["error"], messages) == (True, "", [])
            else:
                assert not result["passed"]
                assert not says or any(says in message for message in messages)


def test_the_site_allows_the_frame_alone_to_run_code(client):
    answer = client.get("/practice/frame/")
    policy = answer.headers["Content-Security-Policy"]
    assert "connect-src" not in policy
    assert "default-src 'none'" in policy
    assert "sandbox allow-scripts" in policy
    assert "wasm-unsafe-eval" not in client.get("/practice/").headers["Content-Security-Policy"]
    assert settings.SECURE_CSP["default-src"]
