// The files that will go with a message: chosen, dropped or pasted, each shown as a chip that says why if it cannot go.
import { fill } from '../lib/say.js';
import { isImage, pastedName, refusals, sizeWords } from './refusals.js';

export class Attachments {
  #composer;
  #files = []; // chosen here
  #kept = []; // of the message that is edited: {id, name}
  #bin = []; // files that were refused: {name, text}

  constructor(composer) {
    this.#composer = composer;
  }

  get isEmpty() {
    return this.#files.length + this.#kept.length === 0;
  }

  /** Add files; those that cannot be sent are named with their reason and left out. */
  add(files, { pasted = false } = {}) {
    const now = new Date();
    const named = [...files].map((file) => {
      const name = pasted ? pastedName(file.name, this.#text('pasted'), now) : file.name;
      return name === file.name ? file : new File([file], name, { type: file.type });
    });
    const { maxFiles, maxBytes, refused } = this.#composer.dataset;
    const room = Number(maxFiles) - this.#files.length - this.#kept.length;
    const limits = { files: room, bytes: Number(maxBytes), refused: refused.split(' ') };
    const verdicts = refusals(named, limits);
    this.#bin = named.flatMap((file, place) => {
      const { why, suffix } = verdicts[place];
      return why ? [fill(this.#text(why), { name: file.name, suffix })] : [];
    });
    this.#files.push(...named.filter((_file, place) => !verdicts[place].why));
    this.#show();
  }

  /** Take over the files of a message that is edited. */
  keep(files) {
    this.#kept = files;
    this.#show();
  }

  clear() {
    this.#files = [];
    this.#kept = [];
    this.#bin = [];
    this.#show();
  }

  /** Remove the file of a chip's button. */
  remove(button) {
    const { list, place } = button.closest('[data-chip]').dataset;
    (list === 'kept' ? this.#kept : this.#files).splice(Number(place), 1);
    this.#bin = [];
    this.#show();
    this.#composer.querySelector('textarea')?.focus();
  }

  #show() {
    const chosen = new DataTransfer();
    for (const file of this.#files) chosen.items.add(file);
    this.#part('uploads').files = chosen.files;
    const kept = this.#kept.map((file, place) => this.#chip(file, 'kept', place));
    const files = this.#files.map((file, place) => this.#chip(file, 'files', place));
    this.#part('files').replaceChildren(...kept, ...files);
    this.#part('refusals').replaceChildren(...this.#bin.map((text) => this.#line(text)));
    const unseen = this.#part('unseen'); // only where the node's model cannot see images
    if (unseen) unseen.hidden = ![...this.#kept, ...this.#files].some(isImage);
  }

  #chip(file, list, place) {
    const chip = this.#texts.querySelector('[data-chip]').cloneNode(true);
    Object.assign(chip.dataset, { list, place });
    chip.querySelector('.chip__name').textContent = file.name;
    chip.querySelector('.chip__note').textContent = file.size === undefined ? '' : sizeWords(file.size);
    const label = fill(this.#text('remove'), { name: file.name });
    Object.assign(chip.querySelector('button'), { ariaLabel: label, title: label });
    if (list === 'kept') {
      const field = Object.assign(document.createElement('input'), { type: 'hidden', name: 'keep', value: file.id });
      chip.append(field);
    }
    return chip;
  }

  #line(text) {
    const line = document.createElement('span');
    line.textContent = text;
    return line;
  }

  get #texts() {
    return this.#part('texts').content;
  }

  #text(name) {
    return this.#texts.querySelector(`[data-text="${name}"]`).textContent;
  }

  #part(name) {
    return this.#composer.querySelector(`[data-part="${name}"]`);
  }
}
