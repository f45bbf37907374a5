// The editor of the page of practice, which editor.js of the bundle is made of. It lives in a shadow root: there
// CodeMirror adopts its style sheets, and elsewhere it writes style elements, which the site's policy forbids.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching, HighlightStyle, indentOnInput, indentUnit, StreamLanguage, syntaxHighlighting,
} from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// HTML with Django's own syntax in it, as far as it has colors.
const template = StreamLanguage.define({
  name: "django-template",
  startState: () => ({ until: null, inTag: false }),
  token(stream, state) {
    if (state.until) {
      const [end, kind] = state.until;
      if (stream.skipTo(end)) {
        stream.match(end);
        state.until = null;
      } else stream.skipToEnd();
      return kind;
    }
    for (const [start, end, kind] of [
      ["{#", "#}", "comment"], ["{%", "%}", "keyword"], ["{{", "}}", "variableName"], ["<!--", "-->", "comment"],
    ]) {
      if (stream.match(start)) {
        state.until = [end, kind];
        return kind;
      }
    }
    if (state.inTag) {
      if (stream.match(">")) {
        state.inTag = false;
        return "tagName";
      }
      // A value ends where Django's syntax begins, and goes on behind it.
      if (stream.match(/^"[^"{]*"?/) || stream.match(/^'[^'{]*'?/)) return "string";
      if (stream.match(/^[\w:@.-]+/)) return "propertyName";
      stream.next();
      return null;
    }
    if (stream.match(/^<\/?[A-Za-z!][\w-]*/)) {
      state.inTag = true;
      return "tagName";
    }
    stream.next();
    stream.eatWhile(/[^<{]/);
    return null;
  },
  languageData: { commentTokens: { block: { open: "{#", close: "#}" } } },
});

const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.controlKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  {
    tag: [
      tags.function(tags.definition(tags.variableName)), tags.definition(tags.className), tags.className,
      tags.tagName, tags.meta, tags.special(tags.variableName),
    ],
    color: "var(--code-name)",
  },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--ink-soft)", fontStyle: "italic" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", fontSize: "0.875rem", backgroundColor: "var(--paper-raised)", maxBlockSize: "75vh" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--accent)", padding: "0.75rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-soft)", border: "0", paddingInlineStart: "0.25rem" },
  ".cm-activeLine": { backgroundColor: "color-mix(in oklab, var(--accent-wash) 35%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, ::selection": {
    backgroundColor: "var(--accent-wash)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--accent-wash)", outline: "1px solid var(--accent)",
  },
});

// Where a browser itself replaces what is selected in several lines, it writes style attributes, which the site's policy
// forbids and reports.
const replaceSelection = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { main } = view.state.selection;
    if (event.inputType !== "insertText" || event.data === null || main.empty || view.composing || view.state.readOnly) {
      return false;
    }
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

const languages = { py: () => python(), html: () => template, txt: () => [] };

/**
 * An editor of one file in `host`. `onChange` hears every text, `onRun` that somebody presses Ctrl and Enter.
 * Escape and then Tab leaves it for the next thing on the page.
 */
export const createEditor = (host, { text, path, label, isReadOnly, onChange, onRun }) => {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const language = languages[path.split(".").pop()] ?? languages.txt;
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), highlightSpecialChars(), history(), indentOnInput(), bracketMatching(), highlightActiveLine(),
        indentUnit.of("    "), EditorState.tabSize.of(4), language(), syntaxHighlighting(colors), look, replaceSelection,
        keymap.of([
          { key: "Mod-Enter", run: () => (onRun(), true) },
          ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"), ...historyKeymap, indentWithTab,
        ]),
        EditorState.readOnly.of(isReadOnly),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": String(isReadOnly), spellcheck: "false", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
      ],
    }),
  });
  return {
    set text(text) {
      // One change, so that undo brings back what was there.
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
};
