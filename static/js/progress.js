// Sends ticks without leaving the page. Without this file, or without htmx, the browser sends the form itself.

const wanted = (row) => [...row.querySelectorAll("button[formaction]")];

// Shows a row as if its topic stood at `status`. A second press, before the first is answered, then states the opposite.
const show = (row, status) => {
  for (const button of wanted(row)) {
    const own = button.dataset.states;
    button.setAttribute(own === "done" ? "aria-checked" : "aria-pressed", own === status);
    button.value = own === status ? "none" : own;
  }
};

const notice = (text) => {
  const box = document.getElementById("notice");
  box.textContent = text;
  box.hidden = !text;
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("form.ticks button[formaction]");
  if (!button || !window.htmx) return;
  event.preventDefault();
  notice("");
  // Ticks wait for each other on <main> (hx-sync), with all they need. Their source must be neither the button, which
  // an answer may replace meanwhile, nor the form, for which htmx would send the button that was pressed last.
  htmx.ajax("POST", button.getAttribute("formaction"), {
    source: document.getElementById("main"),
    values: { ...Object.fromEntries(new FormData(button.form)), status: button.value },
    swap: "none",
  });
  show(button.closest(".row"), button.value);
});

// What could not be saved is put back, and said.
const failed = (event) => {
  const path = event.detail.pathInfo?.requestPath ?? event.detail.requestConfig?.path ?? "";
  const row = document.querySelector(`button[formaction="${CSS.escape(path)}"]`)?.closest(".row");
  if (!row) return;
  const status = event.detail.xhr?.status;
  const why = status === 403 ? "this page is too old, reload it" : status ? `the site answered ${status}` : "there is no connection";
  show(row, row.dataset.status);
  notice(`“${row.querySelector(".row-name").textContent.trim()}” was not saved: ${why}.`);
};

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout", "htmx:sendAbort"])
  document.addEventListener(failure, failed);
