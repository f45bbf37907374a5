"""Practice in a real browser: Django runs in the learner's page, and what runs there reaches nothing else."""

import json

import pytest
from django.templatetags.static import static
from django.urls import reverse
from playwright.sync_api import expect

from progress.models import Attempt
from roadmap_site.management.practice_bundle.build import version_of_sources
from stages.practice.bundle import current_bundle
from stages.practice.files import parse_files
from tests.browser.test_journey import sign_in
from tests.browser.test_pages import violations
from tests.content import TOOLS_PAGE, make_site_exercise
from tests.practice.test_exercises import EXERCISES

STARTER = TOOLS_PAGE
SOLUTION = STARTER.replace(
    "<p>Nothing", "<p>Saw</p><p style='color: red'>Drill</p><script>document.title = 1</script>"
)
PLAIN_BOX = "#editor textarea:visible"


@pytest.fixture
def bundle(request):
    """Django for the browser, as manage.py build_practice makes it of what is here now."""
    found = current_bundle()
    if found is None or found.version != version_of_sources():
        why = "the bundle for practice is not built, or is out of date: run `uv run manage.py build_practice`"
        (pytest.fail if request.config.getoption("--require-browser") else pytest.skip)(why)
    return found


@pytest.fixture
def exercise(content):
    return make_site_exercise(content.topics["maps"])


@pytest.fixture
def practice(open_browser, exercise, bundle):
    """Opens the page of the exercise."""

    def opener(user=None, plain=True, seconds=30, **options):
        page = open_browser(user, **options)
        if plain:
            page.add_init_script("if (self === top) try { localStorage.setItem('practice-plain', 'yes') } catch {}")
        page.goto(exercise.get_absolute_url())
        page.locator("#tools").wait_for()
        page.locator("#exercise").evaluate("(page, seconds) => (page.dataset.seconds = seconds)", seconds)
        return page

    return opener


def check(page, text=None, seconds=60):
    """Check the files, the first with another text, and wait until that is done; return what the page says of it."""
    if text is not None:
        page.locator(PLAIN_BOX).fill(text)
    page.locator("#check").click()
    page.locator("#check:not([aria-disabled=true])").wait_for(timeout=seconds * 1000)
    return page.locator("#state").inner_text()


def states(page):
    return page.locator("#sentences > li").evaluate_all("items => items.map((item) => item.dataset.state)")


def at_module_level(code):
    return f"{code}\n{STARTER}"


# --- What a learner does ---


def test_nothing_is_loaded_before_it_is_asked_for_and_all_comes_from_this_site(practice, live_server):
    page = practice(plain=False)
    asked = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.locator("#editor .exercise-code").wait_for()
    assert page.locator("#check").inner_text().startswith("Load ")
    assert not any(name in url for url in asked for name in ("wasm", ".bin", "frame"))
    check(page)
    assert any("pyodide.asm.wasm" in url for url in asked)
    assert all(url.startswith((live_server.url, "blob:")) for url in asked)
    assert page.locator("#check-label").inner_text() == "Check"


def test_a_wrong_answer_hears_its_sentence_and_the_solution_passes(practice):
    page = practice()
    assert states(page) == ["open", "open"]
    assert check(page) == "1 of 2 checks hold."
    assert states(page) == ["passed", "failed"]
    failed = page.locator("[data-state=failed]")
    expect(failed).to_contain_text("The page names its first tool.")
    expect(failed).to_contain_text("The page does not name the saw")
    expect(page.locator("#live")).to_have_text("1 of 2 checks hold.")
    assert check(page, SOLUTION) == ""
    assert states(page) == ["passed", "passed"]
    expect(page.locator("#passed")).to_contain_text("Every check holds.")
    expect(page.locator("#live")).to_have_text("Every check holds.")
    assert page.locator("#passed a").first.get_attribute("href") == "/topics/maps/#status"


def test_the_last_page_is_shown_and_runs_nothing(practice):
    page = practice()
    check(page, SOLUTION)
    page.locator("#page summary").click()
    shown = page.frame_locator("#page iframe")
    expect(shown.locator("p")).to_have_text(["Saw", "Drill"])
    assert shown.locator("script").count() == 0
    assert shown.locator("p").nth(1).evaluate("p => getComputedStyle(p).color") == "rgb(255, 0, 0)"
    check(page, SOLUTION.replace("Drill", "<a href='/me/' onclick='x()'>Ladder</a><img src=/x>"))
    shown.get_by_text("Ladder").click()
    expect(shown.locator("p")).to_have_text(["Saw", "Ladder"])
    assert page.locator("#page iframe").get_attribute("sandbox") == "allow-scripts"
    assert all("inline event handler" in text for text in page.complaints)  # the browser's own: it was not run
    page.complaints.clear()


def test_a_mistake_in_the_file_is_said_with_its_line(practice):
    page = practice()
    assert check(page, STARTER.replace("):", ")")) == "Nothing could be checked."
    expect(page.locator("#error")).to_contain_text("library/views.py")
    assert states(page) == ["open", "open"]
    check(page, SOLUTION)
    expect(page.locator("#error")).to_be_hidden()


def test_others_hear_of_changes_and_checks_and_bring_files_back(practice):
    page = practice()
    page.evaluate("""() => {
        window.heard = [];
        const article = document.getElementById("exercise");
        for (const type of ["changed", "checked"])
            article.addEventListener(`practice:${type}`, ({detail}) => heard.push([type, detail]));
    }""")
    check(page, SOLUTION)
    *changes, (last, second) = page.evaluate("heard")
    assert {kind for kind, _ in changes} == {"changed"}
    assert last == "checked"
    first = changes[-1][1]
    assert first["files"] == second["files"] == {"library/views.py": SOLUTION, "library/notes.py": "# for yourself\n"}
    assert second["result"]["passed"] is True
    page.evaluate("""() => document.getElementById("exercise").dispatchEvent(
        new CustomEvent("practice:restore", {detail: {files: {"library/views.py": "# earlier"}}}))""")
    expect(page.locator(PLAIN_BOX)).to_have_value("# earlier")


def test_start_over_can_be_taken_back(practice):
    page = practice()
    page.locator(PLAIN_BOX).fill("# mine")
    button = page.locator("#start-over")
    button.click()
    expect(page.locator(PLAIN_BOX)).to_have_value(STARTER)
    expect(button).to_have_text("Undo")
    button.click()
    expect(page.locator(PLAIN_BOX)).to_have_value("# mine")
    expect(button).to_have_text("Start over")


def test_hints_come_one_after_another_and_the_solution_after_two_tries(practice):
    page = practice()
    hints, solution = page.locator(".exercise-hint"), page.locator("#solution")
    expect(hints.nth(0)).to_be_visible()
    expect(hints.nth(1)).to_be_hidden()
    hints.nth(0).locator("summary").click()
    expect(hints.nth(1)).to_be_visible()
    check(page)
    expect(solution).to_be_hidden()
    check(page)
    expect(solution).to_be_visible()


def test_given_files_are_read_and_not_changed(practice):
    page = practice()
    tabs = page.get_by_role("tab")
    assert tabs.all_inner_texts() == [
        *("library/views.py", "library/notes.py"),
        *("library/names.py given", "library/urls.py given"),
    ]
    page.get_by_role("tab", name="library/names.py").click()
    expect(page.locator(PLAIN_BOX)).to_have_value('FIRST = "Saw"\n')
    assert not page.locator(PLAIN_BOX).is_editable()


def test_the_editor_by_keyboard_alone(practice):
    """Keys of the site do nothing while somebody types, Tab indents, and Escape and Tab lead out."""
    page = practice(plain=False)
    page.locator("#editor .cm-content").wait_for()
    page.get_by_role("tab", name="library/views.py").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("# g r /?\n" + SOLUTION.replace("\n    ", "\n"), delay=1)
    text = page.locator("#editor .cm-content:visible")
    expect(text).to_contain_text("# g r /?")
    expect(text).to_contain_text("    return HttpResponse(")  # it was indented by the editor
    page.keyboard.press("Control+Enter")
    page.locator("#passed").wait_for(timeout=60_000)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "check"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.get_by_role("tab", name="library/views.py").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "library/notes.py"
    expect(page.locator("#editor .cm-content:visible")).to_have_text("# for yourself")


def test_the_plain_text_box_is_remembered(practice):
    page = practice(plain=False)
    page.locator("#editor .cm-content").wait_for()
    page.get_by_label("Plain text box").check()
    page.locator(PLAIN_BOX).fill("# plain")
    page.reload()
    expect(page.locator(PLAIN_BOX)).to_be_visible()
    assert page.locator("#editor .cm-content").count() == 0
    page.get_by_label("Plain text box").uncheck()
    page.locator("#editor .cm-content").wait_for()


def test_axe_finds_nothing_and_a_small_phone_is_enough(practice):
    page = practice(plain=False, viewport={"width": 320, "height": 700})
    page.locator("#editor .cm-content").wait_for()
    assert violations(page) == []
    check(page)
    assert violations(page) == []
    page.get_by_label("Plain text box").check()
    check(page, SOLUTION)
    page.locator("#page summary").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_without_javascript_all_is_there_to_read(open_browser, exercise):
    page = open_browser(java_script_enabled=False)
    page.goto(exercise.get_absolute_url())
    assert "let the page name the first tool" in page.locator(".exercise-task").inner_text()
    expect(page.locator("#starter figure")).to_have_count(2)
    page.get_by_text("What is given").click()
    expect(page.locator("#given figure").first).to_be_visible()
    page.get_by_text("Hint 2").click()
    expect(page.get_by_text("It is a saw.")).to_be_visible()
    page.get_by_text("One way to do it").click()
    expect(page.locator("#solution figure")).to_be_visible()
    page.get_by_text("On your own machine").click()
    expect(page.get_by_text("uv run manage.py practice tools")).to_be_visible()
    expect(page.locator("#check")).to_be_hidden()


def test_without_the_bundle_the_page_says_so(open_browser, exercise, settings, tmp_path):
    settings.PRACTICE_BUNDLE = tmp_path
    page = open_browser()
    page.goto(exercise.get_absolute_url())
    page.locator(PLAIN_BOX).fill("# kept all the same")
    expect(page.locator("#no-bundle")).to_be_visible()
    expect(page.locator("#check")).to_be_hidden()


@pytest.mark.parametrize("missing", ["WebAssembly", "Worker"])
def test_a_browser_that_cannot_run_python_is_told_so(practice, missing):
    page = practice()
    page.add_init_script(f"delete window.{missing}")
    page.reload()
    expect(page.locator("#state")).to_contain_text("This browser cannot run your code")
    assert "This browser cannot run your code" in check(page)


def test_a_bundle_that_does_not_come_is_said_and_tried_again(practice):
    page = practice()
    page.route("**/django.bin", lambda route: route.abort())
    assert "could not be loaded" in check(page)
    page.unroute("**/django.bin")
    assert check(page) == "1 of 2 checks hold."
    page.complaints.clear()  # the browser's own about the request that failed


# --- What is kept ---


def test_a_learners_files_and_pass_are_kept(practice, learner):
    page = practice(learner)
    page.locator(PLAIN_BOX).fill(SOLUTION)
    expect(page.locator("#kept")).to_have_text("Saved.", timeout=10_000)
    assert check(page) == ""
    expect(page.locator("#kept")).to_have_text("Saved.", timeout=10_000)
    expect(page.locator("#shown")).to_be_visible()
    page.reload()
    expect(page.locator(PLAIN_BOX)).to_have_value(SOLUTION)
    expect(page.locator("#shown")).to_have_text("shown")


def test_a_visitors_files_come_along(practice, learner):
    page = practice()
    check(page, SOLUTION)
    page.reload()
    expect(page.locator(PLAIN_BOX)).to_have_value(SOLUTION)
    page.goto("/accounts/login/")
    sign_in(page, learner)
    page.goto("/me/")
    page.wait_for_load_state("networkidle")
    page.reload()
    expect(page.get_by_text("You have shown 1 exercise.")).to_be_visible()
    assert Attempt.objects.get().files["library/views.py"] == SOLUTION


# --- What goes wrong ---


def test_what_never_ends_is_stopped_and_the_next_check_works(practice):
    page = practice(seconds=10)  # a slow machine has the time for the first
    assert check(page) == "1 of 2 checks hold."
    assert "ran for 10 seconds" in check(page, at_module_level("while True: pass"))
    assert check(page, SOLUTION) == ""


def test_it_can_be_stopped_by_hand(practice):
    page = practice()
    check(page)
    page.locator(PLAIN_BOX).fill(at_module_level("while True: pass"))
    page.locator("#check").click()
    page.locator("#stop").click()
    expect(page.locator("#state")).to_have_text("Stopped.")
    assert check(page, SOLUTION) == ""


BAD = {
    "100 MB printed": "for _ in range(1000): print('x' * 100_000)",
    "4 GB": "x = b'x' * 4_000_000_000",
    "10 GB bit by bit": "x = ['x' * 10_000_000 + str(i) for i in range(1000)]",
    "no end of calls": "import sys; sys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
    "files gone": "import shutil; [shutil.rmtree(name, ignore_errors=True) for name in ('/django', '/tmp', '/lib')]",
    "modules gone": "import sys; sys.modules.clear()",
    "an end at once": "import os; os._exit(1)",
    "an end": "raise SystemExit",
    "closed": "import sys; sys.stdout.close(); sys.stderr.close()",
}


def test_the_next_check_works_whatever_the_last_one_did(practice, subtests):
    page = practice()
    for name, code in BAD.items():
        with subtests.test(name):
            check(page, at_module_level(code))
            assert len(page.locator("#printed pre").text_content()) < 25_000
            said = check(page, SOLUTION)
            if "Check again" in said:  # what is broken is said once, and then begins anew
                said = check(page, SOLUTION)
            assert (said, states(page)) == ("", ["passed", "passed"])
    page.complaints.clear()


def test_checks_that_are_patched_are_themselves_again_after_a_restart(practice):
    page = practice()
    patch = at_module_level(
        "import unittest; unittest.TestCase.run = unittest.TestCase.__call__ = lambda *a, **k: None"
    )
    check(page, patch)
    page.reload()
    assert check(page, STARTER) == "1 of 2 checks hold."


# --- What it can reach ---

ATTEMPTS = """
import urllib.request
found = []
def attempt(name, what):
    try:
        found.append(f"{name}: {str(what())[:200]}")
    except BaseException as error:
        found.append(f"{name}: stopped")
def js(name):
    import js
    return getattr(js, name)
def run(code):
    from pyodide.code import run_js
    return run_js(code)
for name in ("document", "localStorage", "parent", "fetch", "XMLHttpRequest", "WebSocket", "self", "importScripts"):
    attempt(f"js.{name}", lambda: js(name))
attempt("run_js", lambda: run("1 + 1"))
attempt("constructor", lambda: js("Object").constructor("return self")())
attempt("urllib", lambda: urllib.request.urlopen("%s").read())
print(found)
"""


def test_pythons_ways_out_are_closed(practice, live_server):
    page = practice()
    check(page, at_module_level(ATTEMPTS % live_server.url))
    printed = page.locator("#printed pre").text_content()
    assert printed.count("stopped") == 11, printed
    page.complaints.clear()


def test_the_site_allows_the_frame_alone_to_run_code(client, content):
    policy = client.get(reverse("practice_frame")).headers["Content-Security-Policy"]
    assert "connect-src" not in policy
    assert "default-src 'none'" in policy
    assert "sandbox allow-scripts" in policy
    assert "wasm-unsafe-eval" not in client.get("/practice/").headers["Content-Security-Policy"]


@pytest.fixture
def inside(practice, live_server):
    """The page, the frame in which Django runs, and its worker, as somebody has them who got out of Python."""
    page = practice(plain=True)
    url = live_server.url
    page.context.add_cookies([{"name": "secret", "value": "of-the-site", "url": url}])
    check(page)
    [worker] = page.workers
    yield page, frame_of(page), worker
    page.complaints.clear()  # the browser's own, about all that it has refused


def frame_of(page):
    return next(frame for frame in page.frames if frame.url.endswith(reverse("practice_frame")))


def forge(page, result):
    """Let the frame answer the next check before the worker can."""
    code = """(result) => addEventListener(
        "message", ({data}) => parent.postMessage({state: "checked", id: data.id, result}, "*"), {once: true})"""
    frame_of(page).evaluate(code, result)


REACHES = {
    "the site": "fetch('/')",
    "another site": "fetch('https://example.org/')",
    "a script": "new Promise((ok, no) => { try { importScripts('/static/js/ticks.js'); ok() } catch (e) { no(e) } })",
    "a module": "import('/static/js/undo.js')",
    "a socket": "new Promise((ok, no) => Object.assign(new WebSocket('wss://a.example'), {onopen: ok, onerror: no}))",
    "XHR": "new Promise((ok, no) => { const x = Object.assign(new XMLHttpRequest(), {onload: ok, onerror: no});"
    " x.open('GET', '/'); x.send() })",
    "storage": "new Promise((ok, no) => { const r = indexedDB.open('x'); r.onsuccess = ok; r.onerror = no })",
    "caches": "caches.open('x')",
    "cookies": "cookieStore.get('secret').then((found) => found ?? Promise.reject())",
}


def test_the_worker_reaches_nothing(inside, subtests):
    _, _, worker = inside
    worker.evaluate("() => { delete self.fetch }")  # ours gives the files of the bundle; the browser's is below it
    for name, code in REACHES.items():
        with subtests.test(name):
            code = f"() => Promise.race([{code}, new Promise((_, no) => setTimeout(no, 3000))])"
            answer = f"() => Promise.resolve().then({code}).then(() => 'reached', () => 'stopped')"
            assert worker.evaluate(answer) == "stopped"


def test_the_frame_reaches_nothing(inside, subtests):
    page, frame, _ = inside
    storages, ours = ("localStorage.length", "sessionStorage.length", "document.cookie"), "'https://example.org/'"
    for code in (
        *storages,
        "parent.document.title",
        "parent.localStorage",
        "top.location.href",
        f"top.location = {ours}",
    ):
        with subtests.test(code):
            assert (
                frame.evaluate(f"() => {{ try {{ return String({code}) }} catch {{ return 'stopped' }} }}")
                == "stopped"
            )
    assert page.url.endswith("/practice/tools/")


def test_the_frame_has_no_origin_even_by_itself(inside, live_server):
    page, frame, _ = inside
    assert frame.evaluate("origin") == "null"
    assert frame.evaluate("fetch('/').then(() => 'reached', () => 'stopped')") == "stopped"
    page.goto(reverse("practice_frame"))
    assert page.evaluate("origin") == "null"


def test_forged_messages_change_nothing(inside):
    """From elsewhere they are not heard, and from the frame they are words at most."""
    page, frame, worker = inside
    forged = {"passed": True, "checks": [], "error": "", "output": "", "page": ""}
    message = json.dumps({"state": "checked", "id": 1, "result": json.dumps(forged)})
    page.evaluate(f"postMessage({message}, '*')")
    frame.evaluate(f"parent.postMessage({message}, '*')")
    worker.evaluate(f"postMessage({{id: 1, result: {json.dumps(json.dumps(forged))}}})")
    page.wait_for_timeout(200)
    assert states(page) == ["passed", "failed"]
    expect(page.locator("#passed")).to_be_hidden()


def test_a_result_that_is_none_is_said_and_python_begins_anew(inside, subtests):
    page, _, _ = inside
    for result in (
        "nonsense",
        "null",
        '{"passed": true}',
        '{"passed": true, "checks": [{}], "error": "", "output": "", "page": ""}',
        '{"passed": true, "checks": [], "error": {}, "output": "", "page": ""}',
    ):
        with subtests.test(result):
            forge(page, result)
            assert "What runs your code stopped" in check(page)
            assert check(page, STARTER) == "1 of 2 checks hold."


def test_markup_in_a_result_is_text(inside):
    page, _, _ = inside
    evil = "<img src=x onerror='document.title = 1'>"
    each = {"name": evil, "sentence": evil, "passed": False, "message": evil, "traceback": evil}
    result = {"passed": False, "checks": [each], "error": evil, "output": evil, "page": f"{evil}<form action=/x>"}
    forge(page, json.dumps(result))
    check(page)
    expect(page.locator("[data-state=failed] p")).to_have_text(evil)
    assert page.locator(".exercise-result img").count() == 0


# --- Every exercise, in what learners have ---


@pytest.fixture(scope="module")
def run(chromium, live_server):
    """Runs jobs in the bundle, in a page that stays open for all tests of a process."""
    found = current_bundle()
    page = chromium.new_page(base_url=live_server.url)
    page.goto("/livez")
    page.evaluate(
        """async ([script, options]) => {
            const nothing = () => {};
            const { startSandbox } = await import(script);
            window.sandbox = await startSandbox({ ...options, onLoading: nothing, onStarting: nothing });
        }""",
        [
            static("js/practice/sandbox.js"),
            {
                "bundle": found.url,
                "frame": reverse("practice_frame"),
                "worker": static("js/practice/worker.js"),
                "seconds": 60,  # of a slow machine
            },
        ],
    )

    def run(exercise, files):
        given = parse_files(exercise.get("given", ""))
        job = [{**parse_files(exercise["files"]), **files, **given}, parse_files(exercise["checks"])]
        answer = page.evaluate("([files, checks]) => sandbox.check(files, checks)", job)
        assert "result" in answer, answer
        return answer["result"]

    yield run
    page.close()


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES.keys())
def test_every_exercise_runs_in_the_bundle(bundle, run, exercise):
    """Its solution passes, its starter fails, and each wrong answer hears its own sentence."""
    result = run(exercise, parse_files(exercise["solution"]))
    assert not result["error"]
    assert [check for check in result["checks"] if not check["passed"]] == []
    assert result["passed"]
    assert not run(exercise, {})["passed"]
    for answer in exercise["wrong_answers"]:
        result = run(exercise, parse_files(answer["files"]))
        messages = [check["message"] for check in result["checks"] if not check["passed"]]
        assert any(answer["says"] in message for message in messages), (answer["title"], result["error"], messages)
