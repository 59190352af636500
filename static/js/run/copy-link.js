// <copy-link>: copies the link to the node version, part and message that are shown; says aloud how that went.
import { Copying } from '../lib/copying.js';
import { linkTo } from './address.js';

class CopyLink extends Copying {
  copyable() {
    const page = this.closest('live-run');
    const { node, version } = page.querySelector('#node-panel').dataset;
    return linkTo(location, { node, version, tab: page.dataset.tab, hash: location.hash });
  }
}

customElements.define('copy-link', CopyLink);
