// The page of an exercise: the learner's files in an editor, and what Django says of them.
//
// Others hear "practice:changed" and "practice:checked" on the article, and may send it "practice:restore" with files.

const article = document.getElementById("exercise");
const part = (id) => document.getElementById(id);
const read = (id) => JSON.parse(part(id)?.textContent ?? "null");
const words = part("words").dataset;
const job = read("job");
const SHOW_AFTER = 2; // tries, until the solution may be looked at
const PLAIN = "practice-plain", LOADED = "practice-bundle"; // in localStorage

let files = { ...job.files, ...read("attempt")?.files };
let current = Object.keys(job.files)[0];
let replaced = null; // what "Start over" took away
let box, sandbox, starting, tries = 0, isRunning = false;

const tell = (type, detail) => article.dispatchEvent(new CustomEvent(`practice:${type}`, { detail }));
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

// --- Files ---

const editorModule = () => article.dataset.bundle && !part("plain").checked ? import(`${article.dataset.bundle}editor.js`) : null;

const edit = (text) => {
  files = { ...files, [current]: text };
  setReplaced(null);
  tell("changed", { files });
};

/** A text box, or CodeMirror where there is one and it is wanted. */
const open = async (path) => {
  current = path;
  const host = part("editor-box"), label = fill(part("editor").dataset.label, { path });
  box?.close();
  host.replaceChildren();
  for (const tab of document.querySelectorAll("#editor [role=tab]")) {
    const isCurrent = tab.dataset.path === path;
    tab.ariaSelected = String(isCurrent);
    tab.tabIndex = isCurrent ? 0 : -1;
  }
  const area = document.createElement("textarea");
  area.value = files[path];
  area.ariaLabel = label;
  area.spellcheck = false;
  area.autocapitalize = "off";
  area.rows = 16;
  area.addEventListener("input", () => edit(area.value));
  host.append(area);
  box = { set: (text) => (area.value = text), close: () => {}, focus: () => area.focus() };
  const loaded = await Promise.resolve(editorModule()).catch(() => null); // a text box is an editor as well
  if (!loaded || current !== path || !area.isConnected) return;
  const hadFocus = document.activeElement === area;
  const inner = document.createElement("div");
  inner.className = "exercise-code";
  host.replaceChildren(inner);
  let isSetting = false;
  const editor = loaded.createEditor(inner, {
    text: files[path], path, label, onRun: check, onChange: (text) => isSetting || edit(text),
  });
  box = {
    set: (text) => {
      isSetting = true;
      editor.text = text;
      isSetting = false;
    },
    close: () => editor.close(),
    focus: () => editor.focus(),
  };
  if (hadFocus) editor.focus();
};

const setFiles = (changed) => {
  files = { ...job.files, ...changed };
  box.set(files[current]);
};

const buildEditor = () => {
  const editor = part("editor"), paths = Object.keys(job.files);
  const host = document.createElement("div");
  host.id = "editor-box";
  const tabs = document.createElement("div");
  tabs.className = "exercise-tabs";
  if (paths.length > 1) {
    tabs.role = "tablist";
    tabs.ariaLabel = part("files").textContent;
    host.role = "tabpanel";
  }
  for (const path of paths) {
    const tab = document.createElement(paths.length > 1 ? "button" : "span");
    tab.textContent = path;
    tab.dataset.path = path;
    if (paths.length > 1) {
      Object.assign(tab, { type: "button", role: "tab" });
      tab.setAttribute("aria-controls", host.id);
      tab.addEventListener("click", () => open(path));
    }
    tabs.append(tab);
  }
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || paths.length < 2) return;
    event.preventDefault();
    const next = (paths.indexOf(current) + step + paths.length) % paths.length;
    open(paths[next]);
    tabs.children[next].focus();
  });
  editor.replaceChildren(tabs, host);
  editor.hidden = false;
  part("starter").hidden = true;
};

const setReplaced = (before) => {
  const button = part("start-over");
  button.dataset.label ??= button.textContent;
  replaced = before;
  button.textContent = before ? button.dataset.undo : button.dataset.label;
};

const startOver = () => {
  const [next, before] = replaced ? [replaced, null] : [job.files, files];
  setFiles(next);
  tell("changed", { files });
  setReplaced(before);
};

// --- Checks ---

const state = (text, kind = "") => {
  part("state").textContent = text;
  part("state").dataset.kind = kind;
};

const say = (text) => {
  part("live").textContent = "";
  requestAnimationFrame(() => (part("live").textContent = text));
};

const canRun = () => typeof WebAssembly === "object" && typeof Worker === "function";

const start = () => {
  const { bundle, frame, worker } = article.dataset;
  state(words.loading, "busy");
  starting ??= import(article.dataset.runner)
    .then(({ startSandbox }) => startSandbox({ bundle, frame, worker, onStarting: () => state(words.starting, "busy") }))
    .then((started) => {
      sandbox = started;
      localStorage.setItem(LOADED, bundle);
      part("size").hidden = true;
      if (!isRunning) state("");
      return started;
    })
    .finally(() => (starting = undefined));
  return starting;
};

const show = ({ checks, error, output, page }) => {
  const list = part("sentences");
  part("error").hidden = !error;
  part("error").textContent = error;
  if (checks.length) {
    list.replaceChildren(
      ...checks.map((check, index) => {
        const item = document.createElement("li"), sentence = document.createElement("span");
        item.dataset.state = check.passed ? "passed" : "failed";
        item.style.setProperty("--index", index);
        sentence.className = "exercise-sentence";
        sentence.textContent = check.sentence;
        const mark = document.createElement("span");
        mark.className = "visually-hidden";
        mark.textContent = ` (${check.passed ? words.passed : words.failed})`;
        sentence.append(mark);
        item.append(sentence);
        if (!check.passed) {
          const message = document.createElement("p");
          message.textContent = check.message;
          item.append(message);
          if (check.traceback) {
            const details = document.createElement("details"), summary = document.createElement("summary");
            const lines = document.createElement("pre");
            summary.textContent = words.lines;
            lines.textContent = check.traceback;
            details.append(summary, lines);
            item.append(details);
          }
        }
        return item;
      }),
    );
  } else for (const item of list.children) item.dataset.state = "open";
  part("printed").hidden = !output;
  part("printed").querySelector("pre").textContent = output;
  part("page").hidden = !page;
  part("page").querySelector("iframe").srcdoc = page;
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
  tell("checked", { files, result });
};

const isResult = (result) =>
  Array.isArray(result?.checks) && [result.error, result.output, result.page].every((text) => typeof text === "string");

async function check() {
  if (isRunning || !article.dataset.bundle) return;
  if (!canRun()) return state(words.unable, "failed");
  isRunning = true;
  part("check").ariaDisabled = "true";
  try {
    await (sandbox ?? start());
    state(words.checking, "busy");
    part("stop").hidden = false;
    const answer = await sandbox.check({ ...files, ...job.given }, job.checks);
    if (answer.broken !== undefined || (answer.result && !isResult(answer.result))) {
      sandbox.remove();
      sandbox = undefined;
      const text = fill(words.broken, { why: String(answer.broken ?? "?").split("\n")[0].slice(0, 200) });
      state(text, "failed");
      say(text);
    } else if (answer.ended) {
      const text = answer.ended === "too-long" ? words.tooLong : words.stopped;
      state(text, "failed");
      say(text);
    } else {
      show(answer.result);
      judge(answer.result);
    }
  } catch (error) {
    const text = fill(words.away, { why: error.message.split("\n")[0].slice(0, 200) });
    state(text, "failed");
    say(text);
  } finally {
    isRunning = false;
    part("stop").hidden = true;
    part("check").ariaDisabled = "false";
  }
}

// --- The page ---

if (article.dataset.bundle && !canRun()) state(words.unable, "failed");
part("plain").checked = localStorage.getItem(PLAIN) === "yes";
part("plain").closest("label").hidden = !article.dataset.bundle;
part("solution").hidden = !part("shown") || part("shown").hidden;
part("tools").hidden = false;
part("check").hidden = !article.dataset.bundle;
part("size").hidden = !article.dataset.bundle || localStorage.getItem(LOADED) === article.dataset.bundle;
buildEditor();
open(current);

part("check").addEventListener("click", check);
part("stop").addEventListener("click", () => sandbox?.stop());
part("start-over").addEventListener("click", startOver);
part("plain").addEventListener("change", ({ target }) => {
  localStorage.setItem(PLAIN, target.checked ? "yes" : "no");
  open(current);
});
article.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
    event.preventDefault();
    check();
  }
});
article.addEventListener("practice:restore", ({ detail }) => setFiles(detail.files));
// Who has Django in this browser already finds it started by the time they have written something.
part("editor").addEventListener("focusin", () => {
  if (article.dataset.bundle && localStorage.getItem(LOADED) === article.dataset.bundle && !sandbox && !starting && canRun()) {
    start().catch(() => state(""));
  }
});
