// <theme-switch>: changes the theme at once; the form tells the server, which sets the cookie for the next page.

class ThemeSwitch extends HTMLElement {
  #onSubmit = (event) => this.#switch(event);

  connectedCallback() {
    this.addEventListener('submit', this.#onSubmit);
  }

  disconnectedCallback() {
    this.removeEventListener('submit', this.#onSubmit);
  }

  async #switch(event) {
    const { target: form, submitter } = event;
    event.preventDefault();
    const answer = await fetch(form.action, {
      method: 'POST',
      body: new FormData(form, submitter),
      redirect: 'manual',
    });
    if (answer.status >= 400) return form.submit();
    if (submitter.value === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = submitter.value;
    for (const button of form.elements) {
      if (button.name === 'theme') button.setAttribute('aria-pressed', String(button === submitter));
    }
  }
}

customElements.define('theme-switch', ThemeSwitch);
