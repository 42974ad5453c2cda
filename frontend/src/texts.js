// Texts in the language of the page. The server's catalogue is there where that language is another than ours.

const asWritten = (text) => text;

export const gettext = (text) => (globalThis.gettext ?? asWritten)(text);

export const ngettext = (one, several, count) =>
  globalThis.ngettext ? globalThis.ngettext(one, several, count) : count === 1 ? one : several;

/** ("Now number %(at)s.", { at: 2 }) -> "Now number 2." */
export const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));
