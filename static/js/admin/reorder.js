// Rows are put in order without loading the page anew, and by dragging. Both send what the buttons send.
const main = document.getElementById("content-main");
const list = () => document.querySelector(".reorder");

async function send(move, way) {
  const form = document.getElementById("arrange");
  const data = new FormData(form);
  data.set("move", move);
  const answer = await fetch(`?by=${way}`, { method: "POST", body: data });
  if (!answer.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = page.querySelector("[autofocus]")?.value;
  form.replaceWith(page.getElementById("arrange"));
  say(page.querySelector(".messagelist"));
  if (way && focused) [...document.querySelectorAll("[name=move]")].find((one) => one.value === focused)?.focus();
  ready();
}

function say(messages) {
  // Admin puts messages above the content; a reader of the screen hears those that change in place.
  let region = document.getElementById("said");
  if (!region) {
    region = Object.assign(document.createElement("div"), { id: "said", role: "status" });
    main.prepend(region);
  }
  document.querySelector(".messagelist:not(#said *)")?.remove();
  region.replaceChildren(...(messages ? [messages] : []));
}

function ready() {
  for (const row of list()?.querySelectorAll("[data-pk]") ?? []) row.draggable = true;
}

let dragged = null;
main.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-pk]");
  dragged?.classList.add("dragged");
});
main.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("[data-pk]");
  if (!dragged || !over) return;
  event.preventDefault();
  if (over === dragged) return;
  const { top, height } = over.getBoundingClientRect();
  over[event.clientY < top + height / 2 ? "before" : "after"](dragged);
});
main.addEventListener("drop", (event) => event.preventDefault());
main.addEventListener("dragend", () => {
  if (!dragged) return;
  const move = `${dragged.dataset.pk}:${dragged.previousElementSibling?.dataset.pk ?? ""}`;
  dragged.classList.remove("dragged");
  dragged = null;
  send(move, "");
});
main.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.submitter.value, event.submitter.dataset.way);
});
ready();
