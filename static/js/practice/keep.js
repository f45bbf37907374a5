// Keeps what a learner writes: in their account, and in this browser until it is there. A visitor's stays in the browser,
// and comes along when they sign in. See progress/practice/views.py.

const article = document.getElementById("exercise"), note = document.getElementById("kept"), words = note.dataset;
const form = document.getElementById("keep"); // whoever is signed in has one
const reader = form?.elements.reader.value ?? "";
const key = `practice ${article.dataset.slug}`;
const attempt = JSON.parse(document.getElementById("attempt")?.textContent ?? "null");
const PAUSE = 800; // milliseconds after the last letter

let revision = attempt?.revision ?? 0, timer, isSending = false;

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
};
const write = (what) => {
  try {
    localStorage.setItem(key, JSON.stringify({ ...what, reader, revision }));
  } catch {
    note.textContent = words.full; // no room, or none allowed
  }
};

const choose = (text, ...choices) => {
  note.replaceChildren(text, " ");
  document.getElementById("live").textContent = text; // the only note that somebody has to act on
  for (const [label, act] of choices) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: label });
    button.addEventListener("click", () => {
      note.textContent = "";
      act();
    });
    note.append(button, " ");
  }
};

const restore = (files) => article.dispatchEvent(new CustomEvent("practice:restore", { detail: { files } }));

/** What is in the account is newer: whoever wrote both decides. */
const settle = (theirs, mine) => {
  revision = theirs.revision;
  choose(
    words.conflict,
    [words.take, () => {
      localStorage.removeItem(key);
      restore(theirs.files);
    }],
    [words.mine, () => {
      restore(mine.files);
      write(mine);
      send();
    }],
  );
};

async function send() {
  clearTimeout(timer);
  const unsent = read();
  if (!form || isSending || !unsent) return;
  isSending = true;
  const body = new FormData(form);
  const { files, result = "", failing = [], checks = "" } = unsent;
  const fields = { files: JSON.stringify(files), revision, result, failing: JSON.stringify(failing), checks };
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  let status = 0, kept = {};
  try {
    const response = await fetch(form.action, { method: "POST", body });
    status = response.status;
    kept = await response.json();
  } catch { /* away: what is in the browser stays there */ }
  isSending = false;
  if (status === 200) {
    ({ revision } = kept);
    const now = read();
    if (JSON.stringify(now) === JSON.stringify(unsent)) {
      localStorage.removeItem(key);
      note.textContent = words.saved;
    } else {
      write({ ...now, ...(now.result === result && { result: "" }) });
      send();
    }
  } else if (status === 409 && kept.files) settle(kept, unsent);
  else note.textContent = status === 400 || status === 409 ? kept.error : status === 401 ? words.signedOut : words.away;
}

article.addEventListener("practice:changed", ({ detail: { files } }) => {
  write({ files });
  note.textContent = form ? "" : words.visitor;
  clearTimeout(timer);
  timer = setTimeout(send, PAUSE);
});

article.addEventListener("practice:checked", ({ detail: { files, result } }) => {
  const failing = result.checks.filter((check) => !check.passed).map((check) => String(check.name));
  write({ files, failing, result: result.passed ? "passed" : "failed", checks: article.dataset.checks });
  send();
});

addEventListener("online", send);

// What was written here before: by a visitor, or by this learner when it could not be sent.
const before = read();
if (before?.files && (before.reader === reader || (form && before.reader === ""))) {
  if (!form || before.revision === revision) {
    restore(before.files);
    if (form) {
      write(before);
      send();
    }
  } else if (JSON.stringify(before.files) !== JSON.stringify(attempt.files)) settle(attempt, before);
  else localStorage.removeItem(key);
}
