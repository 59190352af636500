// What stands beside the canvas: palette or outline on the left, settings on the right, problems below. On narrow screens
// each of them is a drawer, one at a time.

const NARROW = '(width < 900px)';

export class Panes {
  #host;

  constructor(host) {
    this.#host = host;
  }

  get isNarrow() {
    return matchMedia(NARROW).matches;
  }

  showPalette() {
    this.#side('palette');
    if (this.isNarrow) this.#drawer('side');
    this.#find('node-palette').focusSearch();
  }

  togglePalette() {
    if (this.#host.dataset.drawer === 'side') this.#drawer('');
    else this.showPalette();
  }

  toggleOutline() {
    const isShown = this.#host.dataset.side === 'outline' && (!this.isNarrow || this.#host.dataset.drawer === 'side');
    if (isShown) this.#hideOutline();
    else this.#showOutline();
  }

  toggleProblems(isShown = this.#find('problem-panel').hidden) {
    const panel = this.#find('problem-panel');
    if (!panel) return;
    panel.hidden = !isShown;
    this.#tell('problems', isShown);
    if (isShown) panel.focusFirst();
    else this.#button('problems').focus();
  }

  /** The versions stand in the place of the settings. True when they are shown now. */
  toggleVersions(isShown = this.#host.dataset.right !== 'versions') {
    this.showSettings(!isShown);
    if (this.isNarrow) this.#drawer(isShown ? 'inspector' : '');
    if (!isShown) this.#button('versions').focus();
    return isShown;
  }

  /** Let the settings, or the versions, stand on the right. The focus stays where it is. */
  showSettings(isShown = true) {
    this.#host.dataset.right = isShown ? 'settings' : 'versions';
    this.#host.querySelector('[data-part="right-versions"]').hidden = isShown;
    this.#host.querySelector('[data-part="right-settings"]').hidden = !isShown;
    this.#tell('versions', !isShown);
  }

  showInspector() {
    this.showSettings();
    if (this.isNarrow) this.#drawer('inspector');
  }

  closeInspector() {
    this.#drawer('');
  }

  /** Close what lies on top; false when nothing does. */
  closeTop() {
    if (this.#host.dataset.drawer) {
      this.#drawer('');
      return true;
    }
    const panel = this.#find('problem-panel');
    if (!panel || panel.hidden) return false;
    this.toggleProblems(false);
    return true;
  }

  #showOutline() {
    this.#side('outline');
    if (this.isNarrow) this.#drawer('side');
    this.#find('node-outline').focusFirst();
  }

  #hideOutline() {
    this.#drawer('');
    if (this.#find('node-palette')) this.#side('palette');
    this.#button('outline').focus();
  }

  #side(name) {
    this.#host.dataset.side = name;
    this.#find('node-outline').hidden = name !== 'outline';
    const palette = this.#find('node-palette');
    if (palette) palette.hidden = name !== 'palette';
    this.#tell('outline', name === 'outline');
  }

  #drawer(name) {
    this.#host.dataset.drawer = name;
    this.#tell('palette', name === 'side' && this.#host.dataset.side !== 'outline');
  }

  #tell(command, isOpen) {
    for (const button of this.#host.querySelectorAll(`[data-command="${command}"][aria-expanded]`)) {
      button.setAttribute('aria-expanded', String(isOpen));
    }
  }

  #button(command) {
    return this.#host.querySelector(`[data-command="${command}"][aria-expanded]`);
  }

  #find(name) {
    return this.#host.querySelector(name);
  }
}
