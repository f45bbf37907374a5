// The menu of a row: the other statuses of its topic. The page has one, and the row whose "⋯" is pressed gets a copy.
// Without this file "⋯" is a link to the page of the topic, where the same choices are.

const blank = document.getElementById("row-menu"); // where there are rows with a "⋯"
const shown = () => document.querySelector(".row-menu:not([hidden])");
const moreOf = (menu) => menu.parentElement.querySelector(".more");

const closeMenu = (menu, refocus) => {
  const more = moreOf(menu);
  menu.hidden = true; // and not gone yet, for the choice that was pressed is still to be sent
  more.setAttribute("aria-expanded", "false");
  if (refocus) more.focus();
};

const openMenu = (more) => {
  document.querySelector(".row-menu")?.remove();
  const row = more.closest(".row");
  const menu = blank.content.firstElementChild.cloneNode(true);
  menu.setAttribute("aria-labelledby", `${row.id}-name`);
  for (const choice of menu.children) {
    choice.id = row.id + choice.id;
    choice.setAttribute("formaction", row.querySelector(".tick").getAttribute("formaction"));
  }
  more.after(menu);
  more.setAttribute("aria-expanded", "true");
  show(row, row.dataset.stated ?? row.dataset.status); // of ticks.js
  return menu;
};

// It closes after a choice, on Escape, and when the reader turns to something else.
document.addEventListener("click", (event) => {
  const menu = shown();
  const more = event.target.closest("a.more");
  const own = menu && moreOf(menu) === more;
  const choice = event.target.closest(".row-menu .choice");
  if (menu && (choice || !menu.contains(event.target))) closeMenu(menu, choice || own);
  if (!more || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (!own) openMenu(more).firstElementChild.focus();
});

document.addEventListener("focusin", (event) => {
  const menu = shown();
  if (menu && !menu.contains(event.target) && event.target !== moreOf(menu)) closeMenu(menu);
});

document.addEventListener("keydown", (event) => {
  const menu = shown();
  if (event.key === "Escape" && menu) closeMenu(menu, true);
  if (!event.target.closest(".more, .row-menu")) return;
  // A button is pressed by the space bar as well, when it comes up. A key that is held down opens and chooses once.
  if (event.repeat ? event.key === "Enter" || event.key === " " : event.key === " " && event.target.matches(".more"))
    event.preventDefault();
});

document.addEventListener("keyup", (event) => {
  if (event.key === " " && event.target.matches(".more")) event.target.click();
});

// --- Rows, as they come with the page and with the answer to a tick ---

const makeButton = (more) => {
  more.id = `${more.closest(".row").id}-more`; // by which htmx finds the focus in a row that was replaced
  more.setAttribute("role", "button");
  more.setAttribute("aria-expanded", "false");
};

document.querySelectorAll("a.more").forEach(makeButton);

// A menu that is open over a row stays open over the one that takes its place.
let wasOpen;
document.addEventListener("htmx:oobBeforeSwap", (event) => (wasOpen = shown()?.parentElement === event.detail.target));
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const more = event.target.querySelector("a.more:not([role])");
  if (!more) return;
  makeButton(more);
  if (wasOpen) openMenu(more);
});
