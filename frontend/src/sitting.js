// While a form is open: what is typed is kept on the server, and who else is there is shown.

import { clock, h } from "./dom.js";
import { beacon, post } from "./http.js";
import { filled, gettext } from "./texts.js";

const QUIET = 1200;
// Who types without a pause is kept this often.
const LONGEST = 6000;

/** `isDirty` says whether anything differs from what is saved. Gives `settled`: waits for what is on its way. */
export function sitting(form, { isDirty, isSending }) {
  const { autosave, pulse, pulseSeconds } = form.dataset;
  const note = document.querySelector("[data-kept]");
  const others = document.querySelector("[data-others]");
  let timer = 0;
  let since = 0;
  let kept = null;
  let busy = null;

  form.addEventListener("input", later);
  // What is chosen, dragged and taken out says so in other ways.
  form.addEventListener("change", later);
  if (isDirty()) later();

  function later() {
    clearTimeout(timer);
    since ||= Date.now();
    timer = setTimeout(keep, Math.max(0, Math.min(QUIET, since + LONGEST - Date.now())));
  }

  async function keep() {
    clearTimeout(timer);
    if (busy || isSending()) return void (busy && later());
    since = 0;
    const fields = fieldsOf(form);
    const text = JSON.stringify(fields);
    const dirty = isDirty();
    if (text === kept || (!dirty && kept === null)) return;
    busy = post(autosave, dirty ? fields : [["window", form.elements.window.value], ["_forget", "1"]]);
    try {
      const { at } = await (await busy).json();
      kept = dirty ? text : null;
      tell(at ? filled(gettext("Kept at %(time)s, not saved yet"), { time: clock(at) }) : "");
    } catch (error) {
      // The next key tries again, and so does the next pulse.
      tell(filled(gettext("Not kept: %(reason)s"), { reason: error.message }), true);
    } finally {
      busy = null;
    }
  }

  function tell(text, isWrong = false) {
    if (!note) return;
    note.textContent = text;
    note.classList.toggle("lemma-kept-not", isWrong);
  }

  // The last chance: the window is closed, or the phone put away.
  addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || isSending() || !isDirty()) return;
    const fields = fieldsOf(form);
    if (JSON.stringify(fields) !== kept) beacon(autosave, fields);
  });

  if (pulse) beat();

  async function beat() {
    let again = true;
    if (document.visibilityState === "visible") {
      const window = form.elements.window.value;
      try {
        const answer = await post(pulse, [["window", window], ["editing", isDirty() ? "1" : "0"]]);
        show(await answer.json());
        if (note?.classList.contains("lemma-kept-not")) later();
      } catch (error) {
        if (error.status === 401) tell(error.message, true);
        again = error.status !== 403 && error.status !== 404;
      }
    }
    if (again) setTimeout(beat, Number(pulseSeconds) * 1000);
  }
  addEventListener("pagehide", () => {
    if (!pulse) return;
    beacon(pulse, [["window", form.elements.window.value], ["leave", "1"]]);
  });

  function show({ others: people, revision, saved }) {
    const base = Number(form.elements.base_revision?.value);
    const lines = people.map((text) => h("span", {}, text));
    if (revision > base) {
      const by = saved.by || gettext("Somebody");
      const address = new URL(`../compare/?from=${base}`, location.href);
      lines.push(
        h("span", {}, filled(gettext("%(name)s saved at %(time)s; saving puts both together."), { name: by, time: clock(saved.at) }), " ",
          h("a", { href: address.href, target: "_blank", class: "lemma-link" }, gettext("What changed"))),
      );
    }
    // Said anew only when it is news.
    const before = others.textContent;
    const after = lines.map((line) => line.textContent).join("");
    if (before !== after) others.replaceChildren(...lines);
    others.hidden = lines.length === 0;
  }

  return { settled: () => busy?.catch(() => null) ?? null };
}

/** What the form would send, as pairs; without its token, which is none of what was typed. */
function fieldsOf(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
}
