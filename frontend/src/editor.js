// The Markdown editor: CodeMirror over the field's own textarea, which still is what the form sends.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { insertNewlineContinueMarkup, markdownLanguage } from "@codemirror/lang-markdown";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, keymap, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { insertBlock, prefix, wrap } from "./commands.js";
import { announceChange, h, icon, say } from "./dom.js";
import { post } from "./http.js";
import { linkPicker, onBrackets } from "./linking.js";
import { Preview } from "./preview.js";
import { filled, gettext, ngettext } from "./texts.js";

const PREVIEW = "lemma.preview";
const LARGEST = 5 * 2 ** 20;

const style = HighlightStyle.define([
  { tag: tags.heading, class: "lemma-md-heading" },
  { tag: tags.strong, class: "lemma-md-strong" },
  { tag: tags.emphasis, class: "lemma-md-emphasis" },
  { tag: tags.strikethrough, class: "lemma-md-strike" },
  { tag: [tags.link, tags.url], class: "lemma-md-link" },
  { tag: tags.monospace, class: "lemma-md-code" },
  { tag: tags.quote, class: "lemma-md-quote" },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.labelName], class: "lemma-md-mark" },
]);

const TOOLS = [
  { icon: "format_bold", name: gettext("Bold"), keys: "Ctrl+B", run: wrap("**") },
  { icon: "format_italic", name: gettext("Italic"), keys: "Ctrl+I", run: wrap("*") },
  { icon: "code", name: gettext("Code"), run: wrap("`") },
  { icon: "link", name: gettext("Link"), keys: gettext("Ctrl+K, or type [["), run: (view) => linkPicker(view) },
  null,
  { icon: "title", name: gettext("Heading"), run: prefix("## ") },
  { icon: "format_list_bulleted", name: gettext("List"), run: prefix("- ") },
  { icon: "format_list_numbered", name: gettext("Numbered list"), run: prefix((n) => `${n}. `) },
  { icon: "format_quote", name: gettext("Quote"), run: prefix("> ") },
];

const open = new Set();

/** `extra` is a button of the toolbar. Gives `focus`, `store` and `load`, between editor and field, `complain` and `root`. */
export function editor(field, { extra = null } = {}) {
  const { markdownxUrlsPath, markdownxUploadUrlsPath } = field.dataset;
  const assets = field.form?.dataset.assets ?? "../assets/";
  const label = document.querySelector(`label[for="${field.id}"]`);
  const frozen = field.disabled || field.readOnly;
  const preview = new Preview(markdownxUrlsPath, () => view.state.doc.toString());
  const count = h("span", { class: "lemma-count" });
  let timer = 0;

  const view = new EditorView({
    state: EditorState.create({
      doc: field.value,
      extensions: [
        history(),
        drawSelection(),
        markdownLanguage.extension,
        syntaxHighlighting(style),
        EditorView.lineWrapping,
        placeholder(field.placeholder),
        EditorState.readOnly.of(frozen),
        EditorView.editable.of(!frozen),
        EditorView.contentAttributes.of({
          // Also where nothing can be typed, so that a long text can be scrolled with keys.
          tabindex: "0",
          spellcheck: "true",
          autocorrect: "on",
          autocapitalize: "sentences",
          "aria-label": label?.textContent.trim() ?? gettext("Markdown"),
          "aria-describedby": field.getAttribute("aria-describedby") ?? "",
        }),
        // Without Tab, which leaves the editor as it leaves any other field.
        keymap.of([
          { key: "Mod-b", run: wrap("**") },
          { key: "Mod-i", run: wrap("*") },
          { key: "Mod-k", run: (view) => linkPicker(view) },
          { key: "Enter", run: insertNewlineContinueMarkup },
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.inputHandler.of(onBrackets),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          clearTimeout(timer);
          timer = setTimeout(store, 150);
          if (root.classList.contains("lemma-split")) preview.later();
        }),
        EditorView.domEventHandlers({
          paste: (event) => takeImages(event, event.clipboardData),
          drop: (event) => takeImages(event, event.dataTransfer),
        }),
      ],
    }),
  });

  const toggle = h(
    "button",
    { type: "button", class: "lemma-tool lemma-tool-wide", "aria-pressed": "false", title: gettext("Preview beside the text") },
    icon("vertical_split"),
    gettext("Preview"),
  );
  const bar = h(
    "div",
    { class: "lemma-toolbar", role: "toolbar", "aria-label": filled(gettext("Formatting of %(name)s"), { name: label?.textContent.trim() ?? gettext("the text") }) },
    ...(frozen ? [] : TOOLS).map((tool) =>
      tool
        ? h(
            "button",
            {
              type: "button",
              class: "lemma-tool",
              title: tool.keys ? `${tool.name} (${tool.keys})` : tool.name,
              "aria-label": tool.name,
              onclick: () => tool.run(view),
            },
            icon(tool.icon),
          )
        : h("span", { class: "lemma-tool-gap" }),
    ),
    frozen
      ? null
      : h(
          "button",
          {
            type: "button",
            class: "lemma-tool",
            title: gettext("Picture: choose a file, or drop or paste one into the text"),
            "aria-label": gettext("Picture"),
            onclick: choose,
          },
          icon("image"),
        ),
    h("span", { class: "lemma-tool-space" }),
    count,
    extra,
    toggle,
  );
  const root = h("div", { class: "lemma-editor" }, bar, h("div", { class: "lemma-panes" }, view.dom, preview.element));
  field.hidden = true;
  field.after(root);
  label?.addEventListener("click", (event) => {
    event.preventDefault();
    view.focus();
  });

  const show = (on) => {
    root.classList.toggle("lemma-split", on);
    toggle.setAttribute("aria-pressed", String(on));
    if (on) preview.now();
  };
  // One switch for all editors of the page, kept for the next page.
  open.add(show);
  toggle.addEventListener("click", () => {
    const on = !root.classList.contains("lemma-split");
    remember(on);
    for (const each of open) each(on);
  });
  show(remembered());
  countWords();

  // Not with every key: in a long text that would be felt.
  function store() {
    clearTimeout(timer);
    const text = view.state.doc.toString();
    if (text === field.value) return;
    field.value = text;
    announceChange(field);
    countWords();
  }
  // Whoever reads the form, to send it or to compare it, gets what was typed last.
  field.form?.addEventListener("formdata", (event) => {
    store();
    if (!field.disabled) event.formData.set(field.name, field.value);
  });

  function countWords() {
    const words = view.state.doc.toString().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
    const { least, most } = field.closest("[data-least]")?.dataset ?? {};
    const isOff = words > 0 && (words < Number(least) || words > Number(most));
    const counted = filled(ngettext("%(count)s word", "%(count)s words", words), { count: words });
    count.textContent = least ? filled(gettext("%(words)s (%(least)s to %(most)s)"), { words: counted, least, most }) : counted;
    count.classList.toggle("lemma-count-off", isOff);
    count.title = least ? filled(gettext("%(least)s to %(most)s words are recommended"), { least, most }) : "";
  }

  function choose() {
    // Never a part of the page, where the theme would take it for a field of its own.
    const picker = h("input", { type: "file", accept: "image/png,image/jpeg,image/gif,image/webp" });
    picker.addEventListener("change", () => upload([...picker.files]));
    picker.click();
  }

  function takeImages(event, transfer) {
    const files = [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (frozen || !files.length) return false;
    event.preventDefault();
    if (event.type === "drop") {
      const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
      if (at != null) view.dispatch({ selection: { anchor: at } });
    }
    upload(files);
    return true;
  }

  async function upload(files) {
    root.querySelector(".lemma-complaint")?.remove();
    for (const file of files) {
      // Said at once, without sending it first. The server says it again.
      if (file.size > LARGEST) {
        complain(`${file.name}: ${filled(gettext("The image has more than %(most)s MB. Make it smaller."), { most: LARGEST / 2 ** 20 })}`);
        continue;
      }
      const name = file.name.replace(/\.[^.]*$/, "").replace(/[[\]()]/g, "");
      const waiting = `![${filled(gettext("Uploading %(name)s …"), { name })}]()`;
      insertBlock(view, waiting);
      let text = "";
      try {
        const answer = await post(markdownxUploadUrlsPath, { image: file });
        text = `![${name}](${assets}${(await answer.json()).name.replace(/^assets\//, "")})`;
        say(filled(gettext("%(name)s is uploaded."), { name }));
      } catch (error) {
        complain(`${file.name}: ${error.message}`);
      }
      const at = view.state.doc.toString().indexOf(waiting);
      if (at >= 0) view.dispatch({ changes: { from: at, to: at + waiting.length, insert: text } });
    }
    view.focus();
  }

  function complain(message) {
    root.querySelector(".lemma-complaint")?.remove();
    root.append(h("p", { class: "lemma-complaint", role: "alert" }, message));
  }

  function load() {
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: field.value } });
  }

  return { root, store, load, complain, focus: () => view.focus() };
}

function remembered() {
  try {
    return localStorage.getItem(PREVIEW) === "1";
  } catch {
    return false;
  }
}

function remember(on) {
  try {
    localStorage.setItem(PREVIEW, on ? "1" : "0");
  } catch {
    // Storage may be switched off; then the switch counts for this page.
  }
}
