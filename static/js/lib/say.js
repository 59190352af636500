// Filling words into a translated text: `%(name)s` stands for a word, `%%` for a percent sign.

/** Returns `text` with the words filled in; a place without a word stays as it is. */
export function fill(text, words = {}) {
  return text.replace(/%\((\w+)\)[sd]|%%/g, (place, name) => (name ? String(words[name] ?? place) : '%'));
}
