// The count before a page's title: "(3) My tasks". Pure.

const COUNT = /^\(\d+\) /;

/** Put a count before a title, in place of the one that is there; none for nothing. */
export function titled(title, count) {
  const plain = title.replace(COUNT, '');
  return count > 0 ? `(${count}) ${plain}` : plain;
}
