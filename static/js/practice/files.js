// The files of an exercise as tabs, each with an editor: CodeMirror, or a text box where that is wanted or all there is.

/**
 * Put editors of `files` and of `given`, which cannot be changed, into `host`. `loadEditor()` promises CodeMirror's, or
 * null for text boxes; `onChange` hears all files after each change of one, `onRun` that Ctrl and Enter are pressed.
 */
export const editFiles = ({ host, files, given, labels, loadEditor, onChange, onRun }) => {
  const paths = [...Object.keys(files), ...Object.keys(given)];
  let texts = { ...files }, current = paths[0], isSetting = false;
  const boxes = new Map(); // the file's path, and its editor once it was opened

  const tabs = document.createElement("div"), panel = document.createElement("div");
  tabs.className = "exercise-tabs";
  panel.className = "exercise-panel";
  panel.id = "exercise-panel";
  tabs.role = "tablist";
  tabs.ariaLabel = labels.files;
  panel.role = "tabpanel";
  host.replaceChildren(tabs, panel);

  const changed = (path) => (text) => {
    if (isSetting || path in given) return;
    texts = { ...texts, [path]: text };
    onChange(texts);
  };

  const textBox = (element, path, label) => {
    const area = document.createElement("textarea");
    Object.assign(area, { value: texts[path] ?? given[path], ariaLabel: label, readOnly: path in given, rows: 18 });
    area.spellcheck = false;
    area.autocapitalize = "off";
    area.addEventListener("input", () => changed(path)(area.value));
    element.replaceChildren(area);
    return { set: (text) => (area.value = text), close: () => {}, area };
  };

  const codeBox = (element, path, label, createEditor) => {
    const inner = document.createElement("div");
    inner.className = "exercise-code";
    element.replaceChildren(inner);
    const editor = createEditor(inner, {
      text: texts[path] ?? given[path], path, label, isReadOnly: path in given, onRun, onChange: changed(path),
    });
    return { set: (text) => (editor.text = text), close: editor.close, focus: editor.focus };
  };

  const makeBox = async (path) => {
    const element = document.createElement("div"), label = labels.text.replace("{path}", path);
    panel.append(element);
    const plain = textBox(element, path, label);
    boxes.set(path, { ...plain, element });
    const loaded = await Promise.resolve(loadEditor()).catch(() => null); // whoever is offline has a text box
    if (!loaded || !element.isConnected) return;
    const hadFocus = document.activeElement === plain.area;
    const box = codeBox(element, path, label, loaded.createEditor);
    boxes.set(path, { ...box, element });
    if (hadFocus) box.focus();
  };

  const open = (path) => {
    current = path;
    for (const tab of tabs.children) {
      const isCurrent = tab.dataset.path === path;
      tab.ariaSelected = String(isCurrent);
      tab.tabIndex = isCurrent ? 0 : -1;
    }
    if (!boxes.has(path)) makeBox(path);
    for (const [other, { element }] of boxes) element.hidden = other !== path;
    panel.ariaLabel = path;
  };

  for (const path of paths) {
    const tab = document.createElement("button");
    Object.assign(tab, { type: "button", role: "tab", textContent: path, id: `tab-${path}` });
    tab.dataset.path = path;
    tab.setAttribute("aria-controls", panel.id);
    if (path in given) {
      const note = document.createElement("span");
      note.className = "exercise-read-only";
      note.textContent = labels.given;
      tab.append(" ", note);
    }
    tab.addEventListener("click", () => open(path));
    tabs.append(tab);
  }
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (paths.indexOf(current) + step + paths.length) % paths.length;
    open(paths[next]);
    tabs.children[next].focus();
  });
  open(current);

  return {
    get files() {
      return texts;
    },
    /** Show other files; nobody hears of a change. */
    set files(others) {
      texts = { ...others };
      isSetting = true;
      for (const [path, box] of boxes) if (path in texts) box.set(texts[path]);
      isSetting = false;
    },
    /** Make all editors anew, as when another kind of them is wanted. */
    rebuild: () => {
      for (const { close } of boxes.values()) close();
      boxes.clear();
      panel.replaceChildren();
      open(current);
    },
  };
};
