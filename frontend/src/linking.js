// Links to other entries and books: searched for as one types, inserted as Markdown that renaming can follow.

import { combobox } from "./combobox.js";
import { h, slugOf } from "./dom.js";
import { getJson } from "./http.js";

const ADDRESS = /^(?:https?:\/\/|mailto:)\S+$/i;

/** Opens the search at the cursor. What is selected becomes the text of the link; `typed` is put back if none is made. */
export function linkPicker(view, { typed = "" } = {}) {
  const form = view.dom.closest("form");
  const { lookups = "", file = "" } = form?.dataset ?? {};
  const { from, to } = view.state.selection.main;
  const selected = view.state.sliceDoc(from, to);
  const input = h("input", {
    type: "text",
    class: "lemma-picker-input",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": "Link to",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": "lemma-picker-options",
    placeholder: "Search entries and books, or paste an address",
  });
  const menu = h("ul", { class: "lemma-options lemma-picker-options", id: "lemma-picker-options", role: "listbox", "aria-label": "Found", hidden: true });
  const box = h("div", { class: "lemma-picker", role: "dialog", "aria-label": "Link" }, input, menu);
  let open = true;

  const list = combobox(input, menu, { find, choose: (offer) => finish(offer) });
  input.value = selected.includes("\n") ? "" : selected;
  input.addEventListener("keydown", (event) => {
    // Neither the form nor the shortcuts of the page are meant.
    event.stopPropagation();
    if (event.isComposing || list.key(event)) return;
    if (event.key === "Enter") {
      event.preventDefault();
      list.chosen().then((offer) => offer && finish(offer));
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

  function place() {
    const at = view.coordsAtPos(from) ?? view.dom.getBoundingClientRect();
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
      offers.push({ text: slug, note: "not written yet", address: `${slug}.md`, title: text });
    }
    return offers.length ? offers : [{ message: "Nothing found." }];
  }

  function finish(offer, { focus = true } = {}) {
    if (!open) return;
    open = false;
    const rest = typed + input.value;
    box.remove();
    list.close();
    if (offer) {
      const text = selected || offer.title;
      const insert = `[${selected ? text : escaped(text)}](${offer.address})`;
      view.dispatch({
        changes: { from, to, insert },
        // Behind the link; or, where it has no text yet, where the text goes.
        selection: { anchor: text ? from + insert.length : from + 1 },
        scrollIntoView: true,
        userEvent: "input.link",
      });
    } else if (typed) {
      view.dispatch({ changes: { from, to, insert: rest }, selection: { anchor: from + rest.length }, userEvent: "input.type" });
    }
    if (focus) view.focus();
  }

  function asAddress(text) {
    const own = ADDRESS.test(selected) ? "" : selected;
    return { text, note: "web address", address: text.replace(/[()<>\\]/g, percent), title: own };
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
