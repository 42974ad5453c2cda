// What an entry may lack, asked for when the form is there: related entries, tags, and entries that may be the same.

import { h, icon } from "./dom.js";
import { post } from "./http.js";
import { filled, gettext } from "./texts.js";

const LINES = ["aliases", "tags", "related"];

export function suggestions(root, form) {
  const place = root.querySelector("[data-suggested]");
  const says = root.querySelector("[data-says]");
  const usual = says.textContent;
  let asked = null;

  async function look() {
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked;
    try {
      const found = await (await post(root.dataset.suggestions, fields(), { signal })).json();
      if (signal.aborted) return;
      draw(found);
    } catch (error) {
      if (error.name !== "AbortError") says.textContent = error.message;
    }
  }

  /** The form as it stands. Editors give their text when the form is read. */
  function fields() {
    const data = new FormData(form);
    const brief = form.querySelector("#id_body-briefDefinition, #section-briefDefinition textarea")?.name;
    const sections = [...form.querySelectorAll("textarea[data-markdown]")].map((field) => field.name);
    const text = sections.filter((name) => name !== brief).map((name) => data.get(name) ?? "");
    return {
      item: root.dataset.item,
      title: data.get("title") ?? "",
      slug: data.get("slug") ?? "",
      ...Object.fromEntries(LINES.map((name) => [name, data.get(name) ?? ""])),
      brief: (brief && data.get(brief)) ?? "",
      text: text.join("\n\n"),
    };
  }

  function draw({ related, tags, duplicates }) {
    const groups = [
      duplicates.length && warning(duplicates),
      related.length && offers(gettext("Related entries"), related.map((one) => ({ field: "related", value: one.value, text: one.label, why: [one.why, one.brief], known: { title: one.label, pk: one.pk } }))),
      tags.length && offers(gettext("Tags"), tags.map((tag) => ({ field: "tags", value: tag, text: tag, why: [] }))),
    ].filter(Boolean);
    place.replaceChildren(...groups);
    says.textContent = groups.length ? usual : "Nothing is missing, as far as the texts tell.";
  }

  function warning(duplicates) {
    const links = duplicates.map((one) => h("li", {}, h("a", { href: one.address, target: "_blank" }, one.label), ` ${one.why}`));
    return h("div", { class: "lemma-alert lemma-alert-amber" }, gettext("It may be there already:"), h("ul", {}, ...links));
  }

  function offers(label, each) {
    const list = h("ul", { class: "lemma-chip-list", "aria-label": label }, ...each.map(offer));
    return h("div", { class: "lemma-suggested" }, h("span", { class: "lemma-label" }, label), list);
  }

  function offer({ field, value, text, why, known }) {
    const button = h("button", { type: "button", class: "lemma-suggestion", title: why.filter(Boolean).join(" "), "aria-label": filled(gettext("Add %(name)s"), { name: text }) }, icon("add"), h("span", {}, text));
    const item = h("li", {}, button);
    button.addEventListener("click", () => {
      const chips = form.querySelector(`textarea[name="${field}"]`)?.closest("[data-chips]");
      chips?.dispatchEvent(new CustomEvent("lemma:add", { detail: { value, known } }));
      const others = [...root.querySelectorAll("button")];
      const next = others[others.indexOf(button) + 1];
      const group = item.closest(".lemma-suggested");
      item.remove();
      if (!group.querySelector("li")) group.remove();
      next?.focus();
    });
    return item;
  }

  root.querySelector("[data-again]").addEventListener("click", look);
  // After everything that somebody waits for.
  (window.requestIdleCallback ?? setTimeout)(look);
}
