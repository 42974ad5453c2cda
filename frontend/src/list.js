// A section that is a list, edited as one: Enter adds an item, Backspace takes out an empty one. Others are Markdown.

import { announceChange, h, icon, say } from "./dom.js";
import { editor } from "./editor.js";
import { linksIn } from "./linking.js";
import { formatList, parseList } from "./listtext.js";
import { move, sortable } from "./sortable.js";
import { filled, gettext, ngettext } from "./texts.js";

/** Begins with the list if the text is one. Gives what takes the focus. */
export function listSection(field) {
  const label = document.querySelector(`label[for="${field.id}"]`);
  const name = label?.textContent.trim() ?? gettext("List");
  let markdown = null;
  let list = null;
  label?.addEventListener("click", (event) => {
    event.preventDefault();
    focus();
  });
  show(parseList(field.value));
  return { focus };

  function focus() {
    if (list) (list.querySelector("textarea") ?? list).focus();
    else markdown.focus();
  }

  function show(parsed) {
    if (parsed) {
      list = asItems(field, name, parsed, () => {
        list.remove();
        list = null;
        show(null);
        markdown.focus();
      });
      if (markdown) markdown.root.hidden = true;
      field.hidden = true;
      field.after(list);
      return;
    }
    if (markdown) {
      markdown.root.hidden = false;
      markdown.load();
      return;
    }
    const back = h("button", { type: "button", class: "lemma-tool lemma-tool-wide", title: gettext("Edit as a list"), onclick: toList }, icon("list"), gettext("List"));
    markdown = editor(field, { extra: back });
  }

  function toList() {
    markdown.store();
    const parsed = parseList(field.value);
    if (!parsed) return markdown.complain(gettext("This is more than a plain list, so it stays Markdown: one line for each item, all with the same mark."));
    show(parsed);
    focus();
  }
}

function asItems(field, name, old, toMarkdown) {
  const rows = h("ul", { class: "lemma-items" });
  const count = h("span", { class: "lemma-count" });
  const note = h("p", { class: "lemma-complaint", role: "status", hidden: true });
  const bar = h(
    "div",
    { class: "lemma-toolbar", role: "toolbar", "aria-label": filled(gettext("Editing of %(name)s"), { name }) },
    h("button", { type: "button", class: "lemma-tool lemma-tool-wide", onclick: () => insert(null).focus() }, icon("add"), gettext("Add")),
    h("span", { class: "lemma-tool-space" }),
    count,
    h("button", { type: "button", class: "lemma-tool lemma-tool-wide", title: gettext("Edit as Markdown"), onclick: toMarkdown }, icon("markdown"), gettext("Markdown")),
  );
  const root = h("div", { class: "lemma-editor lemma-list" }, bar, rows, note);
  for (const item of old.items) rows.append(row({ ...item, was: item.text }));
  if (!old.items.length) rows.append(row({ text: "" }));
  sortable(rows, { handle: "[data-handle]", changed: store });
  number();
  return root;

  function row(item) {
    const input = h("textarea", { rows: "1", class: "lemma-item-text", spellcheck: "true", placeholder: gettext("New item") });
    input.value = item.text;
    const element = h(
      "li",
      { class: "lemma-item" },
      h("button", { type: "button", class: "lemma-handle", "data-handle": true, title: gettext("Drag, or press Alt and an arrow key") }, icon("drag_indicator")),
      input,
      h("button", { type: "button", class: "lemma-item-remove", onclick: () => remove(element) }, icon("close")),
    );
    element.item = item;
    input.addEventListener("input", (event) => {
      // The form hears of the field, and not of its parts.
      event.stopPropagation();
      typed(element, input);
    });
    input.addEventListener("keydown", (event) => key(event, element, input));
    linksIn(input);
    return element;
  }

  function typed(element, input) {
    if (!input.value.includes("\n")) {
      // Whoever is used to Markdown begins with its mark.
      const bare = input.value.replace(/^[-*+] (?=\S)/, "");
      if (bare !== input.value) input.value = bare;
      element.item.text = input.value;
      return store();
    }
    // Several lines, pasted: each becomes an item of its own.
    const [first, ...others] = input.value.split("\n").map((line) => line.replace(/^\s*[-*+]\s+/, "").trim()).filter(Boolean);
    input.value = element.item.text = first ?? "";
    let last = element;
    for (const text of others) last = insert(last, text).closest("li");
    last.querySelector("textarea").focus();
    store();
  }

  function key(event, element, input) {
    if (event.isComposing) return;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      // Not a second time by the list.
      event.stopPropagation();
      if (move(rows, element, event.key === "ArrowUp" ? -1 : 1)) store();
      input.focus();
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const rest = input.value.slice(input.selectionEnd).trim();
      if (rest) input.value = element.item.text = input.value.slice(0, input.selectionStart).trim();
      const next = insert(element, rest);
      next.focus();
      next.setSelectionRange(0, 0);
      store();
    } else if (event.key === "Backspace" && !input.value && rows.children.length > 1) {
      event.preventDefault();
      remove(element);
    } else if (event.key === "ArrowDown" && input.selectionEnd === input.value.length) {
      go(event, element.nextElementSibling);
    } else if (event.key === "ArrowUp" && input.selectionStart === 0) {
      go(event, element.previousElementSibling);
    }
  }

  function go(event, element) {
    if (event.shiftKey || event.ctrlKey || event.metaKey || !element) return;
    event.preventDefault();
    element.querySelector("textarea").focus();
  }

  function insert(behind, text = "") {
    const element = row({ text });
    if (behind) behind.after(element);
    else rows.append(element);
    number();
    return element.querySelector("textarea");
  }

  function remove(element) {
    const next = element.previousElementSibling ?? element.nextElementSibling;
    if (!next) {
      element.replaceWith(row({ text: "" }));
    } else {
      element.remove();
      const input = next.querySelector("textarea");
      input.focus();
      input.setSelectionRange(input.value.length, input.value.length);
    }
    say(gettext("Item removed."));
    store();
  }

  function store() {
    number();
    const items = [...rows.children].map((element) => element.item);
    const text = formatList(items, old);
    const written = items.filter((item) => item.text.trim()).length;
    const parsed = parseList(text);
    note.hidden = parsed !== null && parsed.items.length === written;
    note.textContent = note.hidden ? "" : gettext("One of these lines means more than an item in Markdown, so readers get no plain list.");
    if (text === field.value) return;
    field.value = text;
    announceChange(field);
  }

  function number() {
    const all = [...rows.children];
    const written = all.filter((element) => element.item.text.trim()).length;
    count.textContent = filled(ngettext("%(count)s item", "%(count)s items", written), { count: written });
    all.forEach((element, at) => {
      const [handle, input, cross] = element.children;
      const which = { name: `${name} ${at + 1}` };
      input.setAttribute("aria-label", which.name);
      handle.setAttribute("aria-label", filled(gettext("Move %(name)s with Alt and an arrow key"), which));
      cross.setAttribute("aria-label", filled(gettext("Remove %(name)s"), which));
    });
  }
}
