// The map: a topic opens beside it, arrow keys walk along it. Without this file its links lead to the topics.

const map = document.querySelector("[data-map]");
const panel = document.getElementById("beside");
const topics = () => [...map.querySelectorAll(".node > a")];
let opened; // the id of the link whose topic is beside the map, or on its way there

// --- The panel ---

const open = async (link) => {
  const url = new URL(link.href.baseVal ?? link.href, location);
  url.pathname += "beside/";
  opened = link.id;
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (opened !== link.id) return; // another was opened meanwhile
  if (!answer?.ok || answer.redirected) return location.assign(link.href.baseVal ?? link.href);
  document.getElementById("beside-topic").innerHTML = await answer.text();
  const { left, right } = link.getBoundingClientRect();
  panel.dataset.side = left + right > innerWidth ? "left" : "right"; // never on top of the topic itself
  if (!panel.open) panel[matchMedia("(width < 46rem)").matches ? "showModal" : "show"]();
  panel.scrollTop = 0;
  document.getElementById("beside-title").focus();
};

// Back to where the topic was opened, which a tick may have replaced meanwhile.
const back = () => {
  if (panel.open) panel.close();
  document.getElementById("beside-topic").replaceChildren();
  document.getElementById(opened)?.focus();
  opened = undefined;
};

panel.addEventListener("close", () => opened && back());

map.addEventListener("click", (event) => {
  const link = event.target.closest(".node > a");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(link);
});

panel.addEventListener("click", (event) => event.target.closest(".close") && back());

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.open && !event.defaultPrevented) back();
});

// --- Walking ---

// The nearest topic above or below, in the next row or in the next stage.
const across = (from, down) => {
  const box = from.getBoundingClientRect();
  const far = ({ left, top }) => 4 * Math.abs(top - box.top) + Math.abs(left - box.left);
  return topics()
    .map((link) => [link, link.getBoundingClientRect()])
    .filter(([, rect]) => (down ? rect.top >= box.bottom : rect.bottom <= box.top))
    .sort(([, one], [, other]) => far(one) - far(other))[0]?.[0];
};

map.addEventListener("keydown", (event) => {
  const link = event.target.closest(".node")?.querySelector("a");
  if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = topics();
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const next = step ? all[all.indexOf(link) + step] : /^Arrow(Up|Down)$/.test(event.key) && across(link, event.key === "ArrowDown");
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.closest(".node").scrollIntoView({ block: "nearest" });
});
