import { chips } from "./chips.js";
import { clock } from "./dom.js";
import { editor } from "./editor.js";
import { followTitle, guard } from "./form.js";
import { renewToken } from "./http.js";
import { listSection } from "./list.js";
import { newSections, rows } from "./rows.js";
import { runs } from "./runs.js";
import { suggestions } from "./suggestions.js";
import { words } from "./words.js";

function upgrade(root) {
  for (const field of root.querySelectorAll("textarea[data-markdown]")) {
    const make = field.closest("[data-list]") && !field.disabled ? listSection : editor;
    const details = field.closest("details");
    if (details && !details.open) whenOpened(details, () => make(field).focus());
    else make(field);
  }
  for (const element of root.querySelectorAll("[data-chips]")) chips(element);
}

/** A closed section has no size yet, and most stay closed. Opened at once, so that no key gets lost on the way. */
function whenOpened(details, opened) {
  details.querySelector("summary").addEventListener(
    "click",
    (event) => {
      event.preventDefault();
      details.open = true;
      opened();
    },
    { once: true },
  );
}

function start() {
  addEventListener("submit", (event) => renewToken(event.target), { capture: true });
  words();
  runs();
  for (const part of document.querySelectorAll("[data-lemma-part]")) upgrade(part);
  for (const time of document.querySelectorAll("time[data-clock]")) time.textContent = clock(time.dateTime);
  for (const line of document.querySelectorAll("input[data-copy]")) line.addEventListener("focus", () => line.select());
  // Whoever writes a text of their own wants that.
  for (const text of document.querySelectorAll(".lemma-side-choice textarea"))
    text.addEventListener("input", () => (text.closest(".lemma-side-choice").querySelector("input").checked = true));
  const form = document.querySelector("form[data-lemma-form]");
  if (!form) return;
  const slug = form.querySelector("input[data-follows-title]");
  const title = form.querySelector("input[name=title]");
  if (slug && title) followTitle(slug, title);
  upgrade(form);
  for (const root of form.querySelectorAll("[data-rows]")) rows(root);
  for (const root of form.querySelectorAll("[data-new-section-root]")) newSections(root, upgrade);
  guard(form);
  for (const root of form.querySelectorAll("[data-suggestions]")) suggestions(root, form);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
