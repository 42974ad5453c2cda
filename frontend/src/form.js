// The form as a whole: nothing typed is lost by leaving, nothing is sent twice, and Ctrl+S saves.

import { slugOf } from "./dom.js";
import { sitting } from "./sitting.js";

export function guard(form) {
  const snapshot = () => new URLSearchParams(new FormData(form)).toString();
  let before = snapshot();
  let sending = false;
  const isDirty = () => form.dataset.dirty === "true" || snapshot() !== before;

  addEventListener("beforeunload", (event) => {
    if (!sending && isDirty()) event.preventDefault();
  });
  const keeper = form.dataset.autosave ? sitting(form, { isDirty, isSending: () => sending }) : null;
  form.addEventListener("submit", (event) => {
    if (sending) return event.preventDefault();
    // What is kept is forgotten with the save, so it must not arrive after it.
    const underway = keeper?.settled();
    if (underway) {
      event.preventDefault();
      return underway.then(() => form.requestSubmit(event.submitter));
    }
    sending = true;
    // After the browser has read which button it was.
    setTimeout(() => buttons().forEach((button) => (button.disabled = true)));
  });
  // Back in the browser's history: the page is alive again.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sending = false;
    buttons().forEach((button) => (button.disabled = false));
  });
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    const button = document.querySelector(`button[form="${form.id}"][name="_save"]`);
    if (button && !sending) form.requestSubmit(button);
  });

  const buttons = () => document.querySelectorAll(`button[form="${form.id}"], #${form.id} button[type=submit]`);
}

/** A new item's slug follows its title until somebody writes a slug. */
export function followTitle(slug, title) {
  let follows = slug.value === "" || slug.value === slugOf(title.value);
  slug.addEventListener("input", () => (follows = slug.value === ""));
  title.addEventListener("input", () => {
    if (follows) slug.value = slugOf(title.value);
  });
}
