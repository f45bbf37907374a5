// Shortcuts. What a key presses says so itself: <a data-keys="g r">. The keys for rows of topics are here.

// --- Rows ---

const rowOf = (element) => element?.closest(".row");
const ticks = () => [...document.querySelectorAll("main .tick")].filter((tick) => tick.checkVisibility());
const tickHere = () => {
  const all = ticks();
  return all.length === 1 ? all[0] : rowOf(document.activeElement)?.querySelector(".tick");
};

// In a list to the next box; on the page of one topic to the next topic.
const move = (step) => {
  const all = ticks();
  if (all.length < 2) return document.querySelector(`.pager [rel="${step > 0 ? "next" : "prev"}"]`)?.click();
  const here = tickHere();
  const onScreen = all.findIndex((tick) => tick.getBoundingClientRect().top >= 0);
  all[here ? all.indexOf(here) + step : Math.max(onScreen, 0)]?.focus();
};

const actions = {
  j: () => move(1),
  k: () => move(-1),
  x: () => tickHere()?.click(),
  o: () => rowOf(document.activeElement)?.querySelector("a.row-name")?.click(),
};

// --- Keys ---

// Of what lies in a shadow tree, the event's target is only the host.
const isTyping = (element) =>
  element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit])");

const press = (element) => (element.matches("dialog") ? element.dispatchEvent(new Event("show")) : element.click());

let before = ""; // "g " for a moment after a g
let forget;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
  let found;
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== "k" || event.shiftKey) return;
    found = () => press(document.getElementById("palette"));
  } else {
    if (document.documentElement.dataset.singleKeys === "off" || event.isComposing || isTyping(event.composedPath()[0])) return;
    // On the map arrows have a way of their own; see map.js.
    const inList = event.target.matches(".tick, .row-name") && !event.target.closest("[data-map]") && ticks().length > 1;
    const key = (inList && { ArrowDown: "j", ArrowUp: "k" }[event.key]) || event.key;
    const keys = before + key;
    clearTimeout(forget);
    before = "";
    const element = document.querySelector(`[data-keys="${CSS.escape(keys)}"]`);
    if (element) found = () => press(element);
    else if (Object.hasOwn(actions, keys) && !(event.repeat && key === "x")) found = actions[keys];
    else if (keys === "g") {
      before = "g ";
      forget = setTimeout(() => (before = ""), 1500);
    }
  }
  if (!found) return;
  event.preventDefault();
  found();
});

// --- The list of them: its page, in a dialog ---

const list = document.getElementById("shortcuts-dialog");

list.addEventListener("show", async () => {
  const page = list.dataset.page;
  if (location.pathname === page) return;
  if (!window.htmx) return location.assign(page);
  if (!document.getElementById("shortcuts"))
    await htmx.ajax("GET", page, { target: "#shortcuts-here", select: "#shortcuts", swap: "innerHTML ignoreTitle:true" });
  list.showModal();
});
