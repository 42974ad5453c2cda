// A list of Markdown as items, and back: what is not changed keeps its line as it was.

const MARKED = /^( {0,3}[-*+])([ \t]+)(\S.*)$/;
// What makes more of an item than one line of text. Then the section is Markdown, and is edited as such.
const BLOCK = /^(?:#{1,6}(?:\s|$)|>|[-*+](?:\s|$)|\d+[.)](?:\s|$)|```|~~~|<|\[[ xX]\]\s|\[[^\]]+\]:|\||(?:[-*_]\s*){3,}$)/;

/**
 * The items of a text that is one plain list, else null. An item is {text, source}: what one reads, and the lines it was
 * read from. `joints` stand between the items. No text is a list without items.
 */
export function parseList(markdown) {
  const items = [];
  const joints = [];
  let blanks = 0;
  for (const line of markdown ? markdown.split("\n") : []) {
    const found = MARKED.exec(line);
    if (line === "") {
      blanks += 1;
    } else if (found) {
      const [, marker, space, text] = found;
      // With another mark it is another list, and further in a list of the item before.
      const isOther = items.length > 0 && marker !== items[0].lead;
      if (isOther || space.length > 4 || space.includes("\t") || BLOCK.test(text) || /\\$| {2}$/.test(line)) return null;
      if (items.length) joints.push("\n".repeat(blanks + 1));
      else if (blanks) return null;
      items.push({ text: bare(text), source: line, lead: marker, marker: marker + space });
      blanks = 0;
    } else {
      // The same paragraph on another line.
      const last = items.at(-1);
      const text = bare(line);
      if (!last || !text || blanks || /^ {0,1}\S/.test(line) || /^ {6,}/.test(line) || BLOCK.test(text) || /^[-=]+$/.test(text) || /\\$| {2}$/.test(line)) return null;
      last.source += `\n${line}`;
      last.text += ` ${text}`;
    }
  }
  return blanks ? null : { items, joints };
}

// As documents do: a no-break space is part of the text.
const bare = (text) => text.replace(/^[ \t]+|[ \t]+$/g, "");

/** The text of items, in their order; each has `text`, and `source` and `marker` where it was there before. */
export function formatList(items, old = { items: [], joints: [] }) {
  const marker = old.items[0]?.marker ?? "- ";
  const usual = old.joints[0] ?? "\n";
  const lines = items.filter((item) => item.text.trim()).map((item) => (item.source && item.text === item.was ? item.source : (item.marker ?? marker) + item.text.trim()));
  // With as many items as before, each place keeps what separates it from the next.
  const joints = lines.length === old.items.length ? old.joints : [];
  return lines.map((line, at) => line + (at < lines.length - 1 ? joints[at] ?? usual : "")).join("");
}
