// <file-drop>: a form whose file may also be dropped on it, and is sent at once. What lets go beside it does not leave
// the page. The field stays what it is for a keyboard; what is wrong with the file is the server's to say.

class FileDrop extends HTMLElement {
  #events;

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.addEventListener('dragenter', (event) => this.#show(hasFiles(event)), { signal });
    this.addEventListener('dragleave', (event) => this.#left(event), { signal });
    this.addEventListener('drop', (event) => this.#drop(event), { signal });
    document.addEventListener('dragover', (event) => this.#allow(event), { signal });
    document.addEventListener('drop', (event) => hasFiles(event) && event.preventDefault(), { signal });
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  #allow(event) {
    if (!hasFiles(event)) return;
    event.preventDefault(); // else the browser would open the file
    event.dataTransfer.dropEffect = this.contains(event.target) ? 'copy' : 'none';
  }

  /** Left, when it does not only go on to another part of this. */
  #left({ relatedTarget }) {
    if (!this.contains(relatedTarget)) this.#show(false);
  }

  #show(isOver) {
    this.classList.toggle('is-over', isOver);
  }

  #drop(event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    this.#show(false);
    const { files } = event.dataTransfer;
    const [file] = files;
    if (files.length !== 1) return this.#refuse('several');
    if (file.size > Number(this.dataset.maxBytes)) return this.#refuse('large');
    this.#say('');
    const field = this.querySelector('input[type="file"]');
    field.files = files;
    field.form.requestSubmit();
    return undefined;
  }

  #refuse(id) {
    this.#say(this.querySelector(`template[data-text="${id}"]`).content.textContent);
  }

  #say(text) {
    const place = this.querySelector('[data-part="said"]');
    place.hidden = !text;
    place.querySelector('[data-part="text"]').textContent = text;
  }
}

/** Say whether files are dragged, and not a text of some page. */
function hasFiles({ dataTransfer }) {
  return dataTransfer?.types.includes('Files') ?? false;
}

customElements.define('file-drop', FileDrop);
