// The palette: a field over all there is. htmx fetches the lines as someone types; here the keys choose among them.
// The field keeps the focus, as in any combobox, and says which line is chosen.

const palette = document.getElementById("palette");
const field = document.getElementById("palette-field");
const lines = document.getElementById("palette-lines");

const chosen = () => lines.querySelector('[aria-selected="true"]');

const choose = (line) => {
  chosen()?.setAttribute("aria-selected", "false");
  line?.setAttribute("aria-selected", "true");
  line?.scrollIntoView({ block: "nearest" });
  if (line) field.setAttribute("aria-activedescendant", line.id);
  else field.removeAttribute("aria-activedescendant");
};

palette.addEventListener("show", () => {
  if (!window.htmx) return location.assign(field.form.action);
  palette.showModal();
  field.select();
  htmx.trigger(field, "open");
});

// Until the lines for the new text are there nothing is chosen, and Enter opens the page of all results.
field.addEventListener("input", () => choose(null));
lines.addEventListener("htmx:afterSwap", () => choose(lines.querySelector('[role="option"]')));
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
  field.addEventListener(failure, () => lines.replaceChildren());

field.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = [...lines.querySelectorAll('[role="option"]')];
  if (step && all.length) choose(all.at((all.indexOf(chosen()) + step) % all.length));
  else if (event.key === "Enter" && chosen() && !event.isComposing) chosen().click();
  else return;
  event.preventDefault();
});

lines.addEventListener("click", () => palette.close());
palette.querySelector(".palette-close").addEventListener("click", () => palette.close());
