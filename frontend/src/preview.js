// What readers will get, beside the text: rendered by the server, with the same code as the API's.

import { h } from "./dom.js";
import { post } from "./http.js";
import { filled, gettext } from "./texts.js";

const WAIT = 200;

export class Preview {
  constructor(address, text) {
    this.address = address;
    this.text = text;
    this.element = h("div", { class: "lemma-preview", role: "region", "aria-label": gettext("Preview"), tabindex: "0" });
    this.shown = null;
    this.timer = 0;
    this.request = null;
    // A click on a link must not leave a page with unsaved text.
    this.element.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (!link) return;
      event.preventDefault();
      if (/^https?:/.test(link.getAttribute("href"))) open(link.href, "_blank", "noopener,noreferrer");
    });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), WAIT);
  }

  async now() {
    clearTimeout(this.timer);
    const text = this.text();
    if (text === this.shown) return;
    this.request?.abort();
    this.request = new AbortController();
    try {
      const answer = await post(this.address, { content: text }, { signal: this.request.signal });
      this.element.replaceChildren(ownImages(await answer.text()));
      this.shown = text;
      if (!text.trim()) this.element.replaceChildren(h("p", { class: "lemma-note" }, gettext("Nothing written yet.")));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.element.replaceChildren(h("p", { class: "lemma-note" }, error.message));
    }
  }
}

/** The HTML with pictures of other hosts named instead of fetched: looking at a text must not tell others of it. */
function ownImages(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const image of template.content.querySelectorAll("img")) {
    const address = new URL(image.getAttribute("src") ?? "", document.baseURI);
    if (address.origin === location.origin) continue;
    image.replaceWith(h("span", { class: "lemma-foreign-image" }, filled(gettext("Picture: %(name)s"), { name: image.alt || address.href })));
  }
  return template.content;
}
