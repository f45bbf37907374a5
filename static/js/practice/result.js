// What a check found, as it is shown. All of it may come from a learner's code, so all of it is text.

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

/** Whether this is the result of a check at all: whatever ran may have sent anything. */
export const isResult = (result) =>
  typeof result?.passed === "boolean" &&
  [result.error, result.output, result.page].every((text) => typeof text === "string") &&
  Array.isArray(result.checks) &&
  result.checks.length <= 50 &&
  result.checks.every(
    (check) =>
      typeof check?.passed === "boolean" &&
      [check.name, check.sentence, check.message, check.traceback].every((text) => typeof text === "string"),
  );

/** An item of the list: the sentence, and what is wrong with it. */
export const itemOf = (check, index, words) => {
  const mark = element("span", { className: "visually-hidden" }, ` (${check.passed ? words.passed : words.failed})`);
  const item = element("li", {}, element("span", { className: "exercise-sentence" }, check.sentence, mark));
  item.dataset.state = check.passed ? "passed" : "failed";
  item.style.setProperty("--index", index);
  if (check.message) item.append(element("p", {}, check.message));
  if (check.traceback) {
    const lines = element("pre", { tabIndex: 0, role: "group", ariaLabel: words.lines }, check.traceback);
    item.append(element("details", {}, element("summary", {}, words.lines), lines));
  }
  return item;
};

/** Shows pages in a frame that takes them by message, once it is there; `address` is of the frame's own page. */
export const pageFrame = (frame, address) => {
  let page = "", isThere = false;
  addEventListener("message", ({ source, data }) => {
    if (source !== frame.contentWindow || data?.state !== "loaded") return;
    isThere = true;
    source.postMessage({ page }, "*");
  });
  return (shown) => {
    page = shown;
    if (isThere) frame.contentWindow.postMessage({ page }, "*");
    else frame.src = address;
  };
};
