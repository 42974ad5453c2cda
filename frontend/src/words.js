// One word of a row, changed in the list: a button that becomes a select.
import { h, say } from "./dom.js";
import { post } from "./http.js";
import { gettext } from "./texts.js";

export function words() {
  const source = document.querySelector("#lemma-words");
  if (!source) return;
  const offered = JSON.parse(source.textContent) ?? {};
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-word]");
    if (button) choose(button, offered[button.dataset.word] ?? []);
  });
}

function choose(button, offered) {
  const { word, key, was } = button.dataset;
  const known = offered.some(([value]) => value === was);
  const options = known ? offered : [[was, was], ...offered];
  const select = h(
    "select",
    { class: "lemma-word-select", "aria-label": button.getAttribute("aria-label") },
    ...options.map(([value, label]) => h("option", { value }, label)),
  );
  select.value = was;
  let isOver = false;
  const close = (withFocus) => {
    if (isOver) return;
    isOver = true;
    select.replaceWith(button);
    if (withFocus) button.focus();
  };
  select.addEventListener("keydown", (event) => event.key === "Escape" && close(true));
  select.addEventListener("blur", () => close(false));
  select.addEventListener("change", () => {
    const value = select.value;
    close(true);
    save(button, { field: word, value, was }, key);
  });
  button.replaceWith(select);
  select.focus();
  // Firefox knows it later than Chromium; without it a second click opens the list.
  if (select.showPicker) {
    try {
      select.showPicker();
    } catch {
      // Only allowed right after a click.
    }
  }
}

async function save(button, fields, key) {
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await post(`${location.pathname}${key}/word/`, fields);
    const result = await answer.json();
    button.dataset.was = fields.value;
    button.textContent = result.label;
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/: [^]*?\. /, `: ${result.label}. `));
    const badge = button.closest("tr")?.querySelector("[data-badge]");
    // Made and escaped by our own templates.
    if (badge) badge.innerHTML = result.badge;
    toast(result.message, result.undo);
  } catch (error) {
    toast(error.message, "", true);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function toast(text, undo, isError = false) {
  document.querySelector(".lemma-toast")?.remove();
  const back = undo && h("button", { type: "submit", form: "lemma-post", formaction: undo, class: "lemma-text-button" }, gettext("Undo"));
  const close = h("button", { type: "button", class: "lemma-toast-close", "aria-label": gettext("Close") }, "×");
  const box = h("div", { class: `lemma-toast${isError ? " lemma-toast-red" : ""}` }, h("span", {}, text), back || null, close);
  close.addEventListener("click", () => box.remove());
  document.body.append(box);
  say(text);
}
