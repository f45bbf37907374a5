// Sends ticks without leaving the page. Without this file, or without htmx, the browser sends the form itself.

// Shows a row as if its topic stood at `status`. A second press, before the first is answered, then states the opposite.
const show = (row, status) => {
  row.dataset.stated = status; // until the answer brings another row
  for (const button of row.querySelectorAll(".tick, .choice")) {
    const own = button.dataset.states ?? "done";
    button.setAttribute(own === "done" ? "aria-checked" : "aria-pressed", own === status);
    button.value = own === status ? "none" : own;
  }
};

const notice = (text) => {
  const box = document.getElementById("notice");
  box.textContent = text;
  box.hidden = !text;
};

const unanswered = []; // {url, values}, in the order of pressing

document.addEventListener("click", (event) => {
  const button = event.target.closest("form.progress-form button[formaction]");
  if (!button || !window.htmx) return;
  event.preventDefault();
  notice("");
  const tick = {
    url: button.getAttribute("formaction"),
    values: { ...Object.fromEntries(new FormData(button.form)), [button.name]: button.value },
  };
  unanswered.push(tick);
  // Ticks wait for each other on <main> (hx-sync), with all they need. Their source must be neither the button, which
  // an answer may replace meanwhile, nor the form, for which htmx would send the button that was pressed last.
  htmx.ajax("POST", tick.url, { source: document.getElementById("main"), values: tick.values, swap: "none" });
  show(button.closest(".row"), button.value);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.pathInfo?.requestPath === unanswered[0]?.url) unanswered.shift();
});

// What still waits when the page is left is sent along, the last word on each topic. Sent twice it changes nothing.
addEventListener("pagehide", () => {
  for (const [url, values] of new Map(unanswered.map((tick) => [tick.url, tick.values])))
    fetch(url, { method: "POST", body: new URLSearchParams(values), keepalive: true, redirect: "manual" });
});

// What is sent while the site is away is kept in the browser, and sent when the site is back: {url: values}.
const RETRY_AFTER = 5000; // milliseconds
const kept = () => JSON.parse(localStorage.getItem("kept-ticks") ?? "{}");
const rowOf = (url) => document.querySelector(`button[formaction="${CSS.escape(url)}"]`)?.closest(".row");

const keep = (url, values) => {
  localStorage.setItem("kept-ticks", JSON.stringify({ ...kept(), [url]: values }));
  clearTimeout(keep.timer);
  keep.timer = setTimeout(sendKept, RETRY_AFTER);
};

const forget = (url) => {
  const { [url]: sent, ...others } = kept();
  localStorage.setItem("kept-ticks", JSON.stringify(others));
  return sent;
};

const sendKept = () => {
  const token = document.querySelector("form.progress-form [name=csrfmiddlewaretoken]")?.value;
  for (const [url, values] of Object.entries(kept())) {
    if (token) values.csrfmiddlewaretoken = token;
    htmx.ajax("POST", url, { source: document.getElementById("main"), values, swap: "none" });
  }
};
addEventListener("online", sendKept);
addEventListener("DOMContentLoaded", sendKept);

document.addEventListener("htmx:afterOnLoad", (event) => {
  if (!event.detail.xhr || event.detail.xhr.status >= 400 || !forget(event.detail.pathInfo.requestPath)) return;
  notice(Object.keys(kept()).length ? "" : document.getElementById("notice").dataset.back);
});

// What could not be saved is put back, and said.
const failed = (event) => {
  const url = event.detail.pathInfo?.requestPath ?? event.detail.requestConfig?.path ?? "";
  const row = rowOf(url);
  const status = event.detail.xhr?.status;
  const words = document.getElementById("notice").dataset; // in the reader's language
  const topic = row?.querySelector(".row-name").textContent.trim();
  if (url.includes("/progress/") && (!status || status === 503)) {
    keep(url, Object.fromEntries(event.detail.requestConfig.formData));
    notice(words.away.replace("{topic}", () => topic ?? "…"));
    return;
  }
  forget(url);
  if (!row) return;
  const why = status === 403 ? words.stale : words.refused.replace("{status}", status);
  show(row, row.dataset.status);
  notice(words.unsaved.replace("{why}", why).replace("{topic}", () => topic));
};

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
  document.addEventListener(failure, failed);
