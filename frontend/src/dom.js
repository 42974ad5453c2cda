/** An element with attributes and children: h("li", { class: "chip" }, "text", child). Texts are never read as HTML. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** A glyph of the theme's icon font. */
export const icon = (name) => h("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, name);

/** Tells forms that a field has changed. */
export function announceChange(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Says something to people who use a screen reader. */
export function say(text) {
  let region = document.querySelector("#lemma-says");
  if (!region) {
    region = h("div", { id: "lemma-says", class: "lemma-unseen", role: "status", "aria-live": "polite" });
    document.body.append(region);
  }
  region.textContent = text;
}

export const slugOf = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    // Else C, C++ and C# would all become "c".
    .replace(/\+/g, "-plus")
    .replace(/#/g, "-sharp")
    .replace(/&/g, " and ")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 100)
    .replace(/-+$/, "");

/** A moment as the clock on the wall shows it; with the day unless it is today. */
export function clock(moment) {
  const at = new Date(moment);
  const isToday = at.toDateString() === new Date().toDateString();
  const { lang } = document.documentElement;
  // English without a country would put the month first.
  const language = !lang || lang === "en" ? "en-GB" : lang;
  const time = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return isToday ? time : `${at.toLocaleDateString(language, { day: "numeric", month: "short", year: "numeric" })}, ${time}`;
}
