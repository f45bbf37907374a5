// The menu of a row: it closes after a choice, on Escape, and when the reader turns to something else.

const close = (menu, refocus) => {
  if (refocus) menu.querySelector("summary").focus();
  menu.open = false;
};

const closeOthers = (event) => {
  for (const menu of document.querySelectorAll("details.more[open]"))
    if (!menu.contains(event.target)) close(menu);
    else if (event.type === "click" && event.target.closest(".choice")) close(menu, true);
};

document.addEventListener("click", closeOthers);
document.addEventListener("focusin", closeOthers);
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.more[open]");
  if (menu) close(menu, true);
});
