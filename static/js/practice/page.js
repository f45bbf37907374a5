// Shows a page that the learner's site has answered, in a frame of no origin: how it looks, and nothing that it would
// run, fetch or lead to.

const GONE = "script, noscript, link, meta, base, iframe, frame, object, embed, portal";
const FETCHING = /^(on.*|src|srcset|background|ping|poster|data)$/i;

addEventListener("message", ({ source, data }) => {
  if (source !== parent || typeof data?.page !== "string") return;
  const page = new DOMParser().parseFromString(data.page, "text/html");
  for (const element of page.querySelectorAll(GONE)) element.remove();
  for (const element of page.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      if (FETCHING.test(name) && !value.startsWith("data:image/")) element.removeAttribute(name);
    }
  }
  document.replaceChild(document.adoptNode(page.documentElement), document.documentElement);
});
for (const type of ["click", "auxclick", "submit"]) {
  addEventListener(type, (event) => event.preventDefault(), true);
}

parent.postMessage({ state: "loaded" }, "*");
