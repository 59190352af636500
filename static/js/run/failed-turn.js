// <failed-turn>: its button leads to saying it differently: the last message of a person is edited, where there is one,
// else the composer is entered. Which of its two words it has is said by the style sheet, whatever comes or goes.

const EDIT = 'message-log [data-act="edit"]';

class FailedTurn extends HTMLElement {
  #onClick = (event) => event.target.closest('button') && this.#write();

  connectedCallback() {
    this.addEventListener('click', this.#onClick);
  }

  disconnectedCallback() {
    this.removeEventListener('click', this.#onClick);
  }

  get #panel() {
    return this.closest('#node-panel');
  }

  get #lastEdit() {
    return [...(this.#panel?.querySelectorAll(EDIT) ?? [])].at(-1);
  }

  #write() {
    const edit = this.#lastEdit;
    if (edit) edit.click();
    else this.#panel?.querySelector('message-composer textarea')?.focus();
  }
}

customElements.define('failed-turn', FailedTurn);
