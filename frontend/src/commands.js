// What the buttons and shortcuts of the Markdown editor do to the text.

import { EditorSelection } from "@codemirror/state";

/** Puts marks around the selection, or takes them away if they are there. */
export const wrap = (mark) => (view) => {
  const { state } = view;
  const size = mark.length;
  view.dispatch(
    state.update(
      state.changeByRange((range) => {
        const text = state.sliceDoc(range.from, range.to);
        const around = state.sliceDoc(Math.max(0, range.from - size), range.from) + state.sliceDoc(range.to, range.to + size);
        // Of ** one * would be half the mark.
        const longer = size === 1 && around === mark + mark && state.sliceDoc(range.from - 2, range.from - 1) === mark;
        if (around === mark + mark && !longer) {
          return {
            changes: [
              { from: range.from - size, to: range.from },
              { from: range.to, to: range.to + size },
            ],
            range: EditorSelection.range(range.from - size, range.to - size),
          };
        }
        if (text.length > 2 * size && text.startsWith(mark) && text.endsWith(mark)) {
          return {
            changes: [
              { from: range.from, to: range.from + size },
              { from: range.to - size, to: range.to },
            ],
            range: EditorSelection.range(range.from, range.to - 2 * size),
          };
        }
        return {
          changes: [
            { from: range.from, insert: mark },
            { from: range.to, insert: mark },
          ],
          range: EditorSelection.range(range.from + size, range.to + size),
        };
      }),
      { scrollIntoView: true, userEvent: "input.format" },
    ),
  );
  view.focus();
  return true;
};

const MARKERS = /^(?:#{1,6} |> |[-*+] |\d+[.)] )/;

/** Begins each selected line with a marker, or takes it away if all have it. `marker` may count: (n) => "1. ". */
export const prefix = (marker) => (view) => {
  const { state } = view;
  const of = typeof marker === "function" ? marker : () => marker;
  const lines = new Map();
  for (const range of state.selection.ranges) {
    for (let at = range.from; ; ) {
      const line = state.doc.lineAt(at);
      lines.set(line.number, line);
      if (line.to >= range.to) break;
      at = line.to + 1;
    }
  }
  const all = [...lines.values()];
  const full = all.length > 1 ? all.filter((line) => line.text.trim()) : all;
  const same = (line) => (typeof marker === "function" ? /^\d+[.)] /.test(line.text) : line.text.startsWith(marker));
  const off = full.every(same);
  const changes = full.map((line, at) => {
    const old = MARKERS.exec(line.text)?.[0] ?? "";
    return { from: line.from, to: line.from + old.length, insert: off ? "" : of(at + 1) };
  });
  view.dispatch({ changes, scrollIntoView: true, userEvent: "input.format" });
  view.focus();
  return true;
};

/** A text of its own paragraph at the cursor, with a blank line on either side. */
export function insertBlock(view, text, at = view.state.selection.main.to) {
  const { doc } = view.state;
  const before = doc.sliceString(0, at);
  const after = doc.sliceString(at);
  const lead = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const tail = after === "" || after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  const insert = lead + text + tail;
  view.dispatch({
    changes: { from: at, insert },
    selection: EditorSelection.cursor(at + lead.length + text.length),
    scrollIntoView: true,
    userEvent: "input.paste",
  });
}
