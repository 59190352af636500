// <key-list>: the dialog with the keys of the editor.

class KeyList extends HTMLElement {
  open() {
    this.querySelector('dialog').showModal();
  }
}

customElements.define('key-list', KeyList);
