// The page of an exercise: the learner's files, and what Django says of them.
//
// Others hear "practice:changed" { files } and "practice:checked" { files, result } on the article, and may send it
// "practice:restore" { files }.

const article = document.getElementById("exercise");
let editor, restored = null; // files that somebody brings before there is an editor
article.addEventListener("practice:restore", ({ detail }) => {
  restored = detail.files;
  if (editor) editor.files = { ...job.files, ...restored };
});

const { editFiles } = await import(article.dataset.files);
const { isResult, itemOf, pageFrame } = await import(article.dataset.result);

const part = (id) => document.getElementById(id);
const read = (id) => JSON.parse(part(id)?.textContent ?? "null");
const words = part("words").dataset, { bundle } = article.dataset;
const job = read("job");
const SHOW_AFTER = 2; // tries, until the solution may be looked at
const PLAIN = "practice-plain", LOADED = "practice-bundle"; // in localStorage

let replaced = null; // what "Start over" took away
let sandbox, starting, tries = 0, isRunning = false;

const tell = (type, detail) => article.dispatchEvent(new CustomEvent(`practice:${type}`, { detail }));
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

// Some browsers keep nothing, and say so by an error.
const recall = (name) => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};
const remember = (name, value) => {
  try {
    localStorage.setItem(name, value);
  } catch { /* it is asked again next time */ }
};

// --- Files ---

const given = part("given")?.open ? {} : job.given; // what a prediction is about stays in sight instead
part("plain").checked = recall(PLAIN) === "yes";
editor = editFiles({
  host: part("editor"),
  files: { ...job.files, ...(restored ?? read("attempt")?.files) },
  given,
  labels: { files: part("files").textContent, text: words.text, given: words.given },
  loadEditor: () => (bundle && !part("plain").checked ? import(`${bundle}editor.js`) : null),
  onChange: (files) => {
    setReplaced(null);
    tell("changed", { files });
  },
  onRun: check,
});

function setReplaced(before) {
  replaced = before;
  part("start-over").textContent = before ? words.undo : words.startOver;
}

const startOver = () => {
  const [next, before] = replaced ? [replaced, null] : [job.files, editor.files];
  editor.files = next;
  tell("changed", { files: editor.files });
  setReplaced(before);
  say(before ? words.startedOver : words.undone);
};

// --- Django ---

const state = (text, kind = "") => {
  part("state").textContent = text;
  part("state").dataset.kind = kind;
};

/** Said once, for those who do not see the page. */
const say = (text) => {
  part("live").textContent = "";
  requestAnimationFrame(() => (part("live").textContent = text));
};

const canRun = () => typeof WebAssembly === "object" && typeof Worker === "function";
const isLoaded = () => recall(LOADED) === bundle;

const label = () => {
  const isKnown = sandbox || starting || isLoaded();
  part("check-label").textContent = isKnown ? words.check : words.start;
  part("size").hidden = Boolean(isKnown);
};

const start = () => {
  const { frame, worker, length } = article.dataset;
  state(fill(words.loading, { percent: 0 }), "busy");
  starting ??= import(article.dataset.runner)
    .then(({ startSandbox }) =>
      startSandbox({
        seconds: Number(article.dataset.seconds),
        bundle, frame, worker,
        onLoading: (bytes) => state(fill(words.loading, { percent: Math.floor((100 * bytes) / length) }), "busy"),
        onStarting: () => state(words.starting, "busy"),
      }))
    .then((started) => {
      sandbox = started;
      remember(LOADED, bundle);
      if (!isRunning) state("");
      return started;
    })
    .finally(() => {
      starting = undefined;
      label();
    });
  label();
  return starting;
};

// --- Checks ---

const showPage = pageFrame(part("page").querySelector("iframe"), article.dataset.page);

const show = ({ checks, error, output, page }) => {
  part("error").hidden = !error;
  part("error").textContent = error;
  const list = part("sentences");
  if (checks.length) list.replaceChildren(...checks.map((check, index) => itemOf(check, index, words)));
  else for (const item of list.children) item.dataset.state = "open";
  part("printed").hidden = !output;
  part("printed").querySelector("pre").textContent = output;
  part("page").hidden = !page;
  if (page) showPage(page);
};

/** On a small screen what a check found is far below. */
const comeIntoView = () => {
  const { top } = part("checks").getBoundingClientRect();
  if (top < innerHeight / 2) return;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  part("checks").scrollIntoView({ block: "start", behavior });
};

const judge = (result) => {
  const passed = result.checks.filter((check) => check.passed).length;
  const summary = result.error ? words.nothing : fill(words.holds, { passed, all: result.checks.length });
  part("passed").hidden = !result.passed;
  state(result.passed ? "" : summary, result.passed ? "" : "failed");
  say(result.passed ? words.all : result.error ? `${words.nothing} ${result.error}` : summary);
  tries += 1;
  if (result.passed) part("shown").hidden = false;
  if (result.passed || tries >= SHOW_AFTER) part("solution").hidden = false;
  tell("checked", { files: editor.files, result });
};

const fail = (text, values = {}) => {
  state(fill(text, values), "failed");
  say(part("state").textContent);
};
const firstLine = (text) => String(text ?? "").split("\n")[0].slice(0, 200);

async function check() {
  if (isRunning || !bundle) return;
  if (!canRun()) return fail(words.unable);
  isRunning = true;
  part("check").ariaDisabled = "true";
  try {
    await (sandbox ?? start());
    state(words.checking, "busy");
    part("stop").hidden = false;
    const { result, broken, ended } = await sandbox.check({ ...editor.files, ...job.given }, job.checks);
    if (ended) fail(ended === "too-long" ? fill(words.tooLong, { seconds: article.dataset.seconds }) : words.stopped);
    else if (isResult(result)) {
      show(result);
      judge(result);
      comeIntoView();
    } else {
      sandbox.remove();
      sandbox = undefined;
      fail(words.broken, { why: firstLine(broken) });
    }
  } catch (error) {
    fail(words.away, { why: firstLine(error.message) });
  } finally {
    isRunning = false;
    part("stop").hidden = true;
    part("check").ariaDisabled = "false";
  }
}

// --- The page ---

if (bundle && !canRun()) state(words.unable, "failed");
part("editor").hidden = false;
part("starter").hidden = true;
if (part("given") && !part("given").open) part("given").hidden = true;
part("plain").closest("label").hidden = !bundle;
part("solution").hidden = part("shown").hidden;
part("check").hidden = !bundle;
part("tools").hidden = false;
label();

// A hint is offered when the one before it has been read.
const hints = [...document.querySelectorAll(".exercise-hint")];
for (const [index, hint] of hints.entries()) {
  hint.hidden = index > 0;
  hint.addEventListener("toggle", () => hints[index + 1] && (hints[index + 1].hidden = false), { once: true });
}

part("check").addEventListener("click", check);
part("stop").addEventListener("click", () => sandbox?.stop());
part("start-over").addEventListener("click", startOver);
part("plain").addEventListener("change", ({ target }) => {
  remember(PLAIN, target.checked ? "yes" : "no");
  editor.rebuild();
});
article.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
    event.preventDefault();
    check();
  }
});
// Who has Django in this browser already finds it started by the time they have written something.
part("editor").addEventListener("focusin", () => {
  if (bundle && isLoaded() && !sandbox && !starting && canRun()) start().catch(() => state(""));
});
