// The preview below a box for Markdown follows what is typed. The text is rendered by the site, as it will be.
const WAIT = 400; // milliseconds after the last key

function theme() {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "light" || chosen === "dark" ? chosen : "";
}

async function show(box, frame, button) {
  const data = new FormData();
  data.set("field", "text");
  data.set("text", box.value);
  data.set("csrfmiddlewaretoken", box.form.elements.csrfmiddlewaretoken.value);
  const turn = (box.turn = (box.turn || 0) + 1);
  const answer = await fetch(button.formAction, { method: "POST", body: data });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = frame.contentDocument?.querySelector("main");
  if (!answer.ok || !main || turn !== box.turn) return; // an answer that was overtaken
  main.replaceChildren(...page.querySelector("main").childNodes);
  if (theme()) frame.contentDocument.documentElement.dataset.theme = theme();
}

for (const part of document.querySelectorAll(".markdown-box")) {
  const [box, frame, button] = ["textarea", "iframe", "[data-preview]"].map((name) => part.querySelector(name));
  const update = () => {
    frame.hidden = !box.value.trim();
    return show(box, frame, button).catch(() => {}); // the next key tries again
  };
  let timer;
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, WAIT);
  });
  button.addEventListener("click", (event) => {
    event.preventDefault();
    update();
  });
  frame.addEventListener("load", update);
  if (frame.contentDocument?.readyState === "complete" && frame.contentDocument.querySelector("main")) update();
}
