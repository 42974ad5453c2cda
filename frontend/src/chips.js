// A list of words or slugs as chips with search. The textarea below holds one a line and is what the form sends.

import { combobox } from "./combobox.js";
import { announceChange, h, icon, say, slugOf } from "./dom.js";
import { getJson, post } from "./http.js";
import { sortable } from "./sortable.js";
import { filled, gettext } from "./texts.js";

let serial = 0;

/** "word-vector" -> "Word vector" */
const titleOf = (slug) => slug.replace(/[-_]+/g, " ").replace(/^./u, (letter) => letter.toUpperCase());

export function chips(root) {
  const field = root.querySelector("textarea");
  if (!field || field.disabled) return root.classList.add("lemma-chips-frozen");
  const { lookup, pages } = root.dataset;
  const namesItems = "items" in root.dataset;
  const single = "single" in root.dataset;
  const labels = new Map(Object.entries(JSON.parse(root.dataset.labels || "{}")));
  const label = document.querySelector(`label[for="${field.id}"]`);
  const id = `lemma-chips-${++serial}`;
  let values = field.value.split("\n").map((line) => line.trim()).filter(Boolean);

  const list = h("ul", { class: "lemma-chip-list", "aria-label": label?.textContent.trim() });
  const input = h("input", {
    type: "text",
    id,
    class: "lemma-chip-input",
    role: "combobox",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": `${id}-options`,
    "aria-describedby": field.getAttribute("aria-describedby"),
    placeholder: namesItems ? gettext("Search…") : gettext("Add…"),
  });
  const menu = h("ul", { class: "lemma-options", id: `${id}-options`, role: "listbox", hidden: true });
  if (label) {
    label.htmlFor = id;
    menu.setAttribute("aria-label", label.textContent.trim());
  }
  field.hidden = true;
  const box = h("div", { class: "lemma-chip-box" }, list, input);
  root.append(box, menu);
  draw();

  function draw() {
    list.replaceChildren(...values.map(chip));
    input.hidden = single && values.length > 0;
  }

  function chip(value) {
    const known = labels.get(value);
    const dangling = namesItems && !known;
    const text = known?.title ?? value;
    const item = h("li", {
      class: dangling ? "lemma-chip lemma-chip-dangling" : "lemma-chip",
      title: namesItems ? value : null,
    });
    item.dataset.value = value;
    if (namesItems && pages) {
      const address = dangling
        ? `${pages}add/?${new URLSearchParams({ slug: value, title: titleOf(value) })}`
        : `${pages}${encodeURIComponent(known.pk)}/change/`;
      item.append(
        h("a", { href: address, target: "_blank", draggable: "false", title: dangling ? gettext("Write it") : gettext("Open it") }, text),
      );
    } else {
      item.append(h("span", {}, text));
    }
    if (dangling) item.append(h("small", {}, gettext("not written yet")));
    if (dangling && pages) {
      const create = () => write(value);
      item.append(h("button", { type: "button", class: "lemma-chip-create", "aria-label": filled(gettext("Create %(name)s"), { name: text }), onclick: create }, gettext("create")));
    }
    item.append(
      h(
        "button",
        {
          type: "button",
          "aria-label": filled(gettext("Remove %(name)s. Alt and an arrow key move it."), { name: text }),
          onclick: () => remove(value),
          onkeydown: (event) => {
            if (event.key !== "Delete" && event.key !== "Backspace") return;
            event.preventDefault();
            remove(value);
          },
        },
        icon("close"),
      ),
    );
    return item;
  }

  /** Makes a draft of what is only named so far. The reference is the same as before. */
  async function write(value) {
    try {
      const made = await (await post(`${pages}create/`, { slug: value, title: titleOf(value) })).json();
      labels.set(value, { title: made.title, pk: made.pk });
      draw();
      say(filled(gettext("%(name)s is a draft now."), { name: made.title }));
      [...list.children].find((item) => item.dataset.value === value)?.querySelector("a")?.focus();
    } catch (error) {
      root.querySelector(".lemma-complaint")?.remove();
      root.append(h("p", { class: "lemma-complaint", role: "alert" }, `${value}: ${error.message}`));
    }
  }

  function store() {
    field.value = values.join("\n");
    announceChange(field);
  }

  /** quiet: the focus stays where it is. */
  function add(value, known, { quiet = false } = {}) {
    value = value.trim();
    if (!value) return;
    if (known) labels.set(value, known);
    if (values.includes(value)) {
      say(filled(gettext("%(name)s is there already."), { name: value }));
    } else {
      values = single ? [value] : [...values, value];
      store();
      say(filled(gettext("%(name)s added."), { name: known?.title ?? value }));
    }
    input.value = "";
    menuOf.close();
    draw();
    if (!quiet) (input.hidden ? list.querySelector("button") : input).focus();
  }

  function remove(value) {
    const at = values.indexOf(value);
    values = values.filter((each) => each !== value);
    store();
    draw();
    say(filled(gettext("%(name)s removed."), { name: labels.get(value)?.title ?? value }));
    (list.children[Math.min(at, values.length - 1)]?.querySelector("button:last-child") ?? input).focus();
  }

  sortable(list, {
    changed() {
      values = [...list.children].map((item) => item.dataset.value);
      store();
    },
  });

  async function find(typed, signal) {
    const found = lookup ? (await getJson(`${lookup}?q=${encodeURIComponent(typed)}`, { signal })).results : [];
    const offered = found
      .filter((each) => !values.includes(each.value))
      .map((each) => ({
        value: each.value,
        text: each.label,
        note: namesItems ? each.value : each.note,
        known: namesItems ? { title: each.label, pk: each.pk } : null,
      }));
    const own = namesItems ? slugOf(typed) : typed;
    const exists = [...found.map((each) => each.value), ...values].some((each) => each.toLowerCase() === own.toLowerCase());
    if (own && !exists) {
      offered.push({ value: own, text: own, note: namesItems ? gettext("not written yet") : gettext("new") });
    }
    return offered;
  }

  // From beside the field, where it is suggested.
  root.addEventListener("lemma:add", ({ detail }) => add(detail.value, detail.known, { quiet: true }));

  const menuOf = combobox(input, menu, { find, choose: (each) => add(each.value, each.known) });

  input.addEventListener("focus", () => {
    if (lookup && input.value) menuOf.search();
  });
  input.addEventListener("blur", () => {
    menuOf.close();
    // What was typed and left is not lost: a word becomes a chip. A slug is only taken when it was chosen.
    if (!namesItems && input.value.trim()) add(input.value);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    if (menuOf.key(event)) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (input.value.trim() || !menu.hidden) {
        menuOf.chosen().then((offer) => {
          if (offer) add(offer.value, offer.known);
          else add(namesItems ? slugOf(input.value) : input.value);
        });
      }
    } else if (event.key === "," && !namesItems && input.value.trim()) {
      event.preventDefault();
      add(input.value);
    } else if (event.key === "Escape") {
      if (!menu.hidden) event.stopPropagation();
      menuOf.close();
    } else if (event.key === "Backspace" && !input.value && values.length) {
      remove(values.at(-1));
      input.focus();
    }
  });
  box.addEventListener("click", (event) => {
    if (event.target === box || event.target === list) input.focus();
  });
}

