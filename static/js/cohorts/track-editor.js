// Topics and sections are dragged to their place by the dots beside them. The arrows do the same without this file.

const bench = () => document.getElementById("bench");
const EDGE = 60; // px from the edge of the window where it begins to scroll
let dragged, home; // what is dragged, and where it was: [parent, next sibling]
let putBack; // takes back a move that was sent and not answered yet

const start = (event) => {
  const handle = event.target.closest?.("#composing .handle");
  if (!handle || event.button || !window.htmx) return;
  event.preventDefault();
  dragged = handle.closest(".track-topic, .track-editor-section");
  home = [dragged.parentNode, dragged.nextSibling];
  dragged.dataset.dragged = "";
};

const drag = ({ clientX, clientY }) => {
  if (!dragged) return;
  if (clientY < EDGE || clientY > innerHeight - EDGE) scrollBy(0, clientY < EDGE ? -12 : 12);
  const under = document.elementFromPoint(clientX, clientY);
  const other = under?.closest(dragged.matches(".track-topic") ? ".track-topic" : ".track-editor-section");
  if (other === dragged) return;
  if (other && bench().contains(other)) {
    const { top, height } = other.getBoundingClientRect();
    other[clientY < top + height / 2 ? "before" : "after"](dragged);
  } else if (dragged.matches(".track-topic")) {
    const section = under?.closest(".track-editor-section")?.querySelector(".track-topics");
    if (section && section !== dragged.parentNode) section.append(dragged);
  }
};

const end = (keep) => {
  if (!dragged) return;
  const [parent, next] = home;
  const [thing, form] = [dragged, document.getElementById("composing")];
  dragged = undefined;
  delete thing.dataset.dragged;
  if (!keep) return parent.insertBefore(thing, next);
  if (thing.parentNode === parent && thing.nextSibling === next) return;
  const { topic } = thing.dataset;
  const name = topic ? "topic" : "section";
  const after = thing.previousElementSibling?.dataset[name] ?? "";
  const move = topic ? [parent.dataset.section, topic, thing.parentNode.dataset.section, after] : [thing.dataset.section, after];
  const values = { csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value, q: form.elements.q.value, move: move.join("/") };
  putBack = () => parent.insertBefore(thing, next);
  htmx.ajax("POST", form.dataset[`${name}s`], { source: document.getElementById("main"), target: "#bench", swap: "outerHTML", values });
};

document.addEventListener("pointerdown", start);
document.addEventListener("pointermove", drag);
document.addEventListener("pointerup", () => end(true));
document.addEventListener("pointercancel", () => end(false));
document.addEventListener("keydown", (event) => event.key === "Escape" && end(false));

// What could not be saved is put back, and said.
document.addEventListener("htmx:afterSwap", () => (putBack = undefined));
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
  document.addEventListener(failure, (event) => {
    putBack &&= putBack() && undefined;
    const status = event.detail.xhr?.status;
    const notice = document.getElementById("notice");
    const words = notice.dataset;
    const why = status ? words.refused.replace("{status}", status) : words.offline;
    notice.textContent = words.unsaved.replace("{why}", why).replace("{topic}", () => document.querySelector("h1").textContent);
    notice.hidden = false;
  });
