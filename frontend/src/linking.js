// Links to other entries and books: searched for as one types, inserted as Markdown that renaming can follow.

import { combobox } from "./combobox.js";
import { announceChange, h, slugOf } from "./dom.js";
import { getJson } from "./http.js";
import { gettext } from "./texts.js";

const ADDRESS = /^(?:https?:\/\/|mailto:)\S+$/i;

/** Where a link can be put: in an editor, or in a field of plain text. */
const inEditor = (view) => {
  const { from, to } = view.state.selection.main;
  return {
    element: view.dom,
    from,
    to,
    selected: view.state.sliceDoc(from, to),
    place: () => view.coordsAtPos(from) ?? view.dom.getBoundingClientRect(),
    put: (insert, anchor, userEvent) =>
      view.dispatch({ changes: { from, to, insert }, selection: { anchor }, scrollIntoView: true, userEvent }),
    focus: () => view.focus(),
  };
};

const inField = (field) => {
  const { selectionStart: from, selectionEnd: to } = field;
  return {
    element: field,
    from,
    to,
    selected: field.value.slice(from, to),
    place: () => field.getBoundingClientRect(),
    put: (insert, anchor) => replace(field, from, to, insert, anchor),
    focus: () => field.focus(),
  };
};

/** As if it were typed, so that the browser can undo it; where the field has not the focus, without. */
function replace(field, from, to, insert, anchor) {
  field.setSelectionRange(from, to);
  const isTyped = document.activeElement === field && document.execCommand(insert ? "insertText" : "delete", false, insert);
  if (!isTyped) {
    field.setRangeText(insert, from, to, "end");
    announceChange(field);
  }
  field.setSelectionRange(anchor, anchor);
}

/** Opens the search at the cursor. What is selected becomes the text of the link; `typed` is put back if none is made. */
export const linkPicker = (view, options) => pick(inEditor(view), options);

/** The same in a field of plain text: `[[` and Ctrl+K. */
export function linksIn(field) {
  field.addEventListener("beforeinput", (event) => {
    const { selectionStart: at, selectionEnd: end, value } = field;
    if (event.data !== "[" || event.isComposing || at !== end || value[at - 1] !== "[" || value[at - 2] === "\\") return;
    event.preventDefault();
    replace(field, at - 1, at, "", at - 1);
    pick(inField(field), { typed: "[[" });
  });
  field.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    pick(inField(field));
  });
}

function pick(target, { typed = "" } = {}) {
  const form = target.element.closest("form");
  const { lookups = "", file = "" } = form?.dataset ?? {};
  const { from, selected } = target;
  const input = h("input", {
    type: "text",
    class: "lemma-picker-input",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": gettext("Link to"),
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": "lemma-picker-options",
    placeholder: gettext("Search entries and books, or paste an address"),
  });
  const menu = h("ul", { class: "lemma-options lemma-picker-options", id: "lemma-picker-options", role: "listbox", "aria-label": gettext("Found"), hidden: true });
  const box = h("div", { class: "lemma-picker", role: "dialog", "aria-label": gettext("Link") }, input, menu);
  let open = true;
  // What is typed between Enter and the answer to it, which belongs behind the link; null before Enter.
  let later = null;

  const list = combobox(input, menu, { find, choose: (offer) => finish(offer) });
  input.value = selected.includes("\n") ? "" : selected;
  input.addEventListener("keydown", (event) => {
    // Neither the form nor the shortcuts of the page are meant.
    event.stopPropagation();
    if (event.isComposing) return;
    if (later !== null && keepFor(event)) return event.preventDefault();
    if (list.key(event)) return;
    if (event.key === "Enter") {
      event.preventDefault();
      later = "";
      list.chosen().then((offer) => (offer ? finish(offer) : search()));
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      finish(null);
    }
  });
  input.addEventListener("input", (event) => {
    event.stopPropagation();
    // Whoever writes [[…]] by hand gets what they wrote.
    if (typed && input.value.includes("]]")) finish(null);
  });
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget)) finish(null, { focus: false });
  });

  place();
  (form ?? document.body).append(box);
  input.focus();
  input.select();
  if (input.value) list.search();
  return true;

  function keepFor({ key, ctrlKey, metaKey }) {
    if (key.length === 1 && !ctrlKey && !metaKey) later += key;
    else if (key === "Backspace") later = later.slice(0, -1);
    else return key === "Enter";
    return true;
  }

  function search() {
    input.value += later;
    if (later) list.search();
    later = null;
  }

  function place() {
    const at = target.place();
    const width = Math.min(420, innerWidth - 16);
    box.style.width = `${width}px`;
    box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    // Above the line where there is no room below it.
    if (at.bottom + 330 < innerHeight || at.top < 330) box.style.top = `${at.bottom + 4}px`;
    else box.style.bottom = `${innerHeight - at.top + 4}px`;
  }

  async function find(text, signal) {
    if (ADDRESS.test(text)) return [asAddress(text)];
    const answers = await Promise.allSettled(
      lookups.split(" ").filter(Boolean).map((address) => getJson(`${address}?q=${encodeURIComponent(text)}`, { signal })),
    );
    const good = answers.filter((answer) => answer.status === "fulfilled").flatMap((answer) => answer.value.results);
    if (answers.length && answers.every((answer) => answer.status === "rejected")) throw answers[0].reason;
    const offers = good.slice(0, 12).map((each) => ({ text: each.label, note: each.value, address: relative(each.file, file), title: each.label }));
    const slug = slugOf(text);
    if (slug && !good.some((each) => each.value === slug)) {
      offers.push({ text: slug, note: gettext("not written yet"), address: `${slug}.md`, title: text });
    }
    return offers.length ? offers : [{ message: gettext("Nothing found.") }];
  }

  function finish(offer, { focus = true } = {}) {
    if (!open) return;
    open = false;
    const behind = later ?? "";
    const rest = typed + input.value + behind;
    box.remove();
    list.close();
    // First, because what is put into a field that has the focus can be undone.
    if (focus) target.focus();
    if (offer) {
      const text = selected || escaped(offer.title);
      // The cursor goes behind the link; or, where it has no text yet, where the text goes.
      const insert = text ? `[${text}](${offer.address})${behind}` : `[${escaped(behind)}](${offer.address})`;
      target.put(insert, text ? from + insert.length : from + 1 + escaped(behind).length, "input.link");
    } else if (typed) {
      target.put(rest, from + rest.length, "input.type");
    }
  }

  function asAddress(text) {
    const own = ADDRESS.test(selected) ? "" : selected;
    return { text, note: gettext("web address"), address: text.replace(/[()<>\\]/g, percent), title: own };
  }
}

/** [[ opens the search, and stands in the text only if nothing is chosen. */
export function onBrackets(view, from, to, text) {
  if (text !== "[" || from !== to || view.state.sliceDoc(from - 1, from) !== "[") return false;
  if (view.state.readOnly || view.state.sliceDoc(from - 2, from - 1) === "\\") return false;
  view.dispatch({ changes: { from: from - 1, to: from }, selection: { anchor: from - 1 }, userEvent: "input.type" });
  return linkPicker(view, { typed: "[[" });
}

const percent = (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;

const escaped = (text) => text.replace(/[\\[\]*_`<]/g, "\\$&");

/** The way from one file to another below the content root: ("terms/a.md", "terms/x/b.md") -> "../a.md" */
export function relative(target, holder) {
  const to = target.split("/");
  const from = holder.split("/").slice(0, -1);
  while (from.length && to.length > 1 && from[0] === to[0]) {
    from.shift();
    to.shift();
  }
  return [...from.map(() => ".."), ...to].map((part) => encodeURIComponent(part).replace(/[()]/g, percent)).join("/");
}
