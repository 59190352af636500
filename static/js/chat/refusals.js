// Which files can go with a message, as the server will decide again (`runs/uploads.py`). Pure.

/**
 * Say of each file why it cannot be sent: {why: 'many' | 'large' | 'empty' | 'type' | null, suffix}, in order.
 * `files`: those that are chosen, [{name, size}]; `limits`: {files, bytes, refused (suffixes with their dots)}.
 */
export function refusals(files, limits) {
  let taken = 0;
  return files.map(({ name, size }) => {
    const suffix = /.(\.[^./\\]+)$/.exec(name.toLowerCase())?.[1] ?? '';
    let why = null;
    if (size > limits.bytes) why = 'large';
    else if (size === 0) why = 'empty';
    else if (limits.refused.includes(suffix)) why = 'type';
    else if (taken >= limits.files) why = 'many';
    else taken += 1;
    return { why, suffix };
  });
}

/** Say whether a file is an image that a model could see, as far as its name tells. */
export function isImage({ name }) {
  return /\.(png|jpe?g|gif|webp)$/i.test(name);
}

/** Say a size in words: 812 B, 4 KB, 1.3 MB. */
export function sizeWords(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A pasted picture is always called "image.png": name it after its time, so that two of them are two files. */
export function pastedName(name, word, now) {
  if (!/^image\.\w+$/.test(name)) return name;
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${word}-${stamp}${name.slice(name.lastIndexOf('.'))}`;
}
