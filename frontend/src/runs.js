// How far a sync is that runs in the background.
import { getJson } from "./http.js";

const EVERY = 1_000;

export function runs() {
  const box = document.querySelector("[data-run]");
  if (!box) return;
  const text = box.querySelector("[data-run-text]");
  const bar = box.querySelector("[data-run-share]");
  let failures = 0;
  const look = async () => {
    try {
      const state = await getJson(box.dataset.run);
      failures = 0;
      if (!state.running) return location.reload();
      if (text.textContent !== state.text) text.textContent = state.text;
      if (bar && state.share != null) bar.value = state.share;
    } catch (error) {
      failures += 1;
      if (failures > 10) {
        text.textContent = error.message;
        return;
      }
    }
    setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
}
