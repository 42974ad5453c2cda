// An input with offers below it, found as one types: arrows and Enter choose, Escape closes.

import { h } from "./dom.js";

const WAIT = 120;

/**
 * `find(text, signal)` gives offers: {text, note, …}, or {message} for a line that cannot be chosen. `choose(offer)` is
 * called with the one that is taken. Late answers are dropped: each search gives up the one before.
 */
export function combobox(input, menu, { find, choose }) {
  let offers = [];
  let active = -1;
  let request = null;
  let timer = 0;
  let asked = null;

  async function search() {
    clearTimeout(timer);
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    const text = input.value.trim();
    let found;
    try {
      found = await find(text, signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      found = [{ message: error.message }];
    }
    if (signal.aborted) return;
    asked = text;
    open(found);
  }

  function open(found) {
    offers = found.filter((each) => !each.message);
    // The first hit is chosen by Enter.
    active = offers.length ? 0 : -1;
    menu.replaceChildren(
      ...found.map((each) => {
        if (each.message) return h("li", { class: "lemma-option-note" }, each.message);
        const take = (event) => {
          // Before the input loses the focus.
          event.preventDefault();
          choose(each);
        };
        const id = `${menu.id}-${offers.indexOf(each)}`;
        return h(
          "li",
          { id, role: "option", class: "lemma-option", onpointerdown: take },
          h("span", {}, each.text),
          each.note ? h("small", {}, each.note) : null,
        );
      }),
    );
    menu.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(!menu.hidden));
    mark();
  }

  function close() {
    clearTimeout(timer);
    request?.abort();
    menu.hidden = true;
    offers = [];
    active = -1;
    asked = null;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark() {
    const choices = menu.querySelectorAll("[role=option]");
    choices.forEach((item, at) => item.setAttribute("aria-selected", String(at === active)));
    if (active < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", choices[active].id);
    choices[active].scrollIntoView({ block: "nearest" });
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, WAIT);
  });

  return {
    search,
    close,
    /** The offer that Enter means: of what is typed now, and not of what was typed before. */
    async chosen() {
      if (asked !== input.value.trim()) await search();
      return offers[active];
    },
    /** Handles the keys that move among the offers; true if it was one. */
    key(event) {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return false;
      event.preventDefault();
      if (menu.hidden) search();
      else if (offers.length) {
        active = (active + (event.key === "ArrowDown" ? 1 : offers.length - 1)) % offers.length;
        mark();
      }
      return true;
    },
  };
}
