// Keeps what is being written in a note until it is saved: a reload, a lost connection or an expired log-in costs no word.

const same = (one, other) => one.trim() === other.trim();

for (const form of document.querySelectorAll("form[data-draft]")) {
  const { text, version } = form.elements;
  const key = `note ${form.dataset.draft}`; // the learner's and the topic's: nobody else in this tab is shown it
  const draft = JSON.parse(sessionStorage.getItem(key));

  if (draft && same(draft.text, text.value)) sessionStorage.removeItem(key);
  else if (draft) {
    // The version it began with comes along, so that a newer note is not overwritten but shown beside it.
    [text.value, version.value] = [draft.text, draft.version];
    form.querySelector(".draft").hidden = false;
    form.closest("details")?.setAttribute("open", "");
  }

  text.addEventListener("input", () => {
    if (same(text.value, text.defaultValue)) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify({ text: text.value, version: version.value }));
  });
}
