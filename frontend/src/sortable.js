// Children of a list that can be put into another order: dragged by a handle, or moved with Alt and an arrow key.

import { say } from "./dom.js";
import { filled, gettext } from "./texts.js";

export function sortable(list, { handle = null, changed }) {
  let dragged = null;

  list.addEventListener("pointerdown", (event) => {
    const item = itemOf(list, event.target);
    // Draggable only from the handle, so that text in the item can still be selected.
    if (item) item.draggable = handle === null || Boolean(event.target.closest(handle));
  });
  list.addEventListener("dragstart", (event) => {
    dragged = itemOf(list, event.target);
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    requestAnimationFrame(() => dragged?.classList.add("lemma-dragged"));
  });
  list.addEventListener("dragover", (event) => {
    const over = dragged && itemOf(list, event.target);
    if (!dragged) return;
    event.preventDefault();
    if (!over || over === dragged) return;
    const box = over.getBoundingClientRect();
    const isRow = getComputedStyle(list).flexDirection === "row" && getComputedStyle(list).display.includes("flex");
    const behind = isRow ? event.clientX > box.left + box.width / 2 : event.clientY > box.top + box.height / 2;
    list.insertBefore(dragged, behind ? over.nextSibling : over);
  });
  list.addEventListener("drop", (event) => dragged && event.preventDefault());
  list.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("lemma-dragged");
    dragged.draggable = false;
    dragged = null;
    changed();
  });
  list.addEventListener("keydown", (event) => {
    if (!event.altKey) return;
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    const item = step && itemOf(list, event.target);
    if (!item || event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    move(list, item, step);
    event.target.focus();
    changed();
  });
}

/** Moves an item by one place; false at the end of the list. */
export function move(list, item, step) {
  const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return false;
  list.insertBefore(item, step < 0 ? other : other.nextSibling);
  say(filled(gettext("Now number %(at)s of %(all)s."), { at: [...list.children].indexOf(item) + 1, all: list.children.length }));
  return true;
}

function itemOf(list, target) {
  let item = target;
  while (item && item.parentElement !== list) item = item.parentElement;
  return item;
}
