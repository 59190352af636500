// <local-time>: shows the moment of its <time> in the reader's zone and language. The server's text stands without it.
import { ago } from '../lib/duration.js';

const STYLES = {
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  date: { day: 'numeric', month: 'short', year: 'numeric' },
};
const LONG = { dateStyle: 'full', timeStyle: 'medium' };

class LocalTime extends HTMLElement {
  connectedCallback() {
    const element = this.querySelector('time');
    if (!element) return;
    const language = document.documentElement.lang;
    const moment = new Date(element.dateTime);
    element.title = new Intl.DateTimeFormat(language, LONG).format(moment);
    element.textContent = this.#say(moment, language);
  }

  #say(moment, language) {
    if (this.dataset.style === 'ago') return ago(moment.getTime(), Date.now(), language);
    const isToday = moment.toDateString() === new Date().toDateString();
    const style =
      this.dataset.style === 'time' && !isToday
        ? { ...STYLES.time, day: 'numeric', month: 'short' }
        : STYLES[this.dataset.style];
    return new Intl.DateTimeFormat(language, style).format(moment);
  }
}

customElements.define('local-time', LocalTime);
