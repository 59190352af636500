// <copy-button data-url>: copies the raw text behind the address; in a code block, without one, the code as it is shown.
import { Copying } from '../lib/copying.js';

class CopyButton extends Copying {
  async copyable() {
    if (!this.dataset.url) return this.closest('.code-block').querySelector('code').textContent;
    const answer = await fetch(this.dataset.url);
    return answer.ok ? answer.text() : null;
  }
}

customElements.define('copy-button', CopyButton);
