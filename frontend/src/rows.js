// Rows of a form set: added, sorted, taken out and put back. The order is written into the rows' own fields.

import { announceChange, h, say } from "./dom.js";
import { move, sortable } from "./sortable.js";
import { gettext } from "./texts.js";

export function rows(root) {
  const list = root.querySelector("[data-row-list]");
  const blank = root.querySelector("template");
  const total = root.querySelector("input[name$='-TOTAL_FORMS']");
  if (!list || !blank || !total) return;

  const number = () => {
    [...list.children].forEach((row, at) => {
      const order = row.querySelector("input[name$='-ORDER']");
      if (order) order.value = String(at + 1);
    });
  };
  const changed = () => {
    number();
    checkAddresses();
    announceChange(total);
  };

  function add() {
    const index = Number(total.value);
    const html = blank.innerHTML.replaceAll("__prefix__", String(index));
    list.insertAdjacentHTML("beforeend", html);
    total.value = String(index + 1);
    const row = list.lastElementChild;
    prepare(row);
    changed();
    row.querySelector("input[name$='-url'], input[type=text], textarea")?.focus();
  }

  function prepare(row) {
    const gone = row.querySelector("input[name$='-DELETE']");
    row.querySelector("[data-remove]")?.addEventListener("click", () => {
      gone.checked = true;
      row.classList.add("lemma-row-gone");
      changed();
      say(gettext("Removed. It is taken out when you save."));
      row.querySelector("[data-restore]")?.focus();
    });
    row.querySelector("[data-restore]")?.addEventListener("click", () => {
      gone.checked = false;
      row.classList.remove("lemma-row-gone");
      changed();
      row.querySelector("[data-remove]")?.focus();
    });
    for (const button of row.querySelectorAll("[data-move]")) {
      button.addEventListener("click", () => {
        if (move(list, row, Number(button.dataset.move))) changed();
        button.focus();
      });
    }
  }

  /** Said while it is typed; the server says it again. */
  function checkAddresses() {
    const seen = new Map();
    for (const row of list.children) {
      const field = row.querySelector("input[name$='-url']");
      if (!field || row.classList.contains("lemma-row-gone")) continue;
      const address = field.value.trim();
      const twice = address && seen.has(address);
      const wrong = address && !/^https?:\/\/[^\s/]/i.test(address);
      seen.set(address, row);
      let note = row.querySelector("[data-address-note]");
      if (!note) field.after((note = h("p", { class: "lemma-address-note", "data-address-note": true, role: "status", hidden: true })));
      note.hidden = !twice && !wrong;
      note.textContent = wrong ? gettext("An address begins with https:// or http://.") : twice ? gettext("This address stands above already.") : "";
    }
  }
  root.addEventListener("change", checkAddresses);

  root.classList.add("lemma-rows-live");
  for (const row of list.children) prepare(row);
  sortable(list, { handle: "[data-handle]", changed });
  root.querySelector("[data-add]")?.addEventListener("click", add);
  number();
  checkAddresses();
}

/** Sections of the reader's own: each press of the button opens one more. */
export function newSections(root, upgrade) {
  const blank = root.querySelector("template");
  root.querySelector("[data-add]")?.addEventListener("click", () => {
    const index = root.querySelectorAll("[data-new-section]").length;
    const holder = h("div");
    holder.innerHTML = blank.innerHTML.replaceAll("__number__", String(index));
    const section = holder.firstElementChild;
    root.querySelector("[data-new-sections]").append(section);
    upgrade(section);
    section.querySelector("input")?.focus();
  });
}
