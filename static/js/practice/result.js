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

const LOADS = "script, link, meta, base, style, iframe, frame, object, embed, template, svg, math, audio, video, source";

/** A page as the learner's site answered it, without what would run or be fetched. It goes into a frame of no origin. */
export const stillPage = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const loading of page.querySelectorAll(LOADS)) loading.remove();
  for (const some of page.querySelectorAll("*")) {
    for (const { name } of [...some.attributes]) {
      if (/^(on|style$|src|background$|action$|formaction$|ping$|target$)/i.test(name)) some.removeAttribute(name);
    }
  }
  return `<!doctype html>${page.documentElement.outerHTML}`;
};
