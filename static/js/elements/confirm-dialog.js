// <confirm-dialog>: asks before an act that has hx-confirm, with the product's own dialog instead of the browser's.

class ConfirmDialog extends HTMLElement {
  #onConfirm = (event) => this.#ask(event);

  connectedCallback() {
    document.addEventListener('htmx:confirm', this.#onConfirm);
  }

  disconnectedCallback() {
    document.removeEventListener('htmx:confirm', this.#onConfirm);
  }

  /** Ask; `act` is the word on the button. Resolves to true when the person goes on. */
  ask(text, act = '') {
    const dialog = this.querySelector('dialog');
    dialog.querySelector('[data-part="text"]').textContent = text;
    if (act) for (const part of dialog.querySelectorAll('[data-part="act"]')) part.textContent = act;
    dialog.returnValue = 'no';
    dialog.showModal();
    return new Promise((answer) => {
      dialog.addEventListener('close', () => answer(dialog.returnValue === 'yes'), { once: true });
    });
  }

  async #ask(event) {
    const { ctx, issueRequest, dropRequest } = event.detail;
    if (!ctx.confirm) return;
    event.preventDefault();
    const goesOn = await this.ask(ctx.confirm, ctx.sourceEvent.submitter?.textContent.trim());
    if (goesOn) issueRequest();
    else dropRequest();
  }
}

customElements.define('confirm-dialog', ConfirmDialog);
