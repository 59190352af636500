// Fetches named fragments again: many requests for one become one, at most one of each is under way, and a request
// that comes meanwhile is honoured afterwards. A failed one is tried again until it works or is given up.

const DEBOUNCE_MS = 60;
const RETRY_MS = [400, 800, 1600, 3200, 5000];

export class Refresher {
  #load;
  #timers;
  #jobs = new Map();
  #stopped = false;

  /** `load(key)` resolves to true (done), false (try again later) or null (give up). */
  constructor(load, timers = globalThis) {
    this.#load = load;
    this.#timers = timers;
  }

  request(key) {
    if (this.#stopped) return;
    const job = this.#jobs.get(key);
    if (job) job.again = true;
    else this.#schedule(key, { again: false, failures: 0 }, DEBOUNCE_MS);
  }

  stop() {
    this.#stopped = true;
    for (const job of this.#jobs.values()) this.#timers.clearTimeout(job.timer);
    this.#jobs.clear();
  }

  #schedule(key, job, delay) {
    this.#jobs.set(key, job);
    job.timer = this.#timers.setTimeout(() => this.#run(key, job), delay);
  }

  async #run(key, job) {
    job.again = false; // what is asked from here on is not in the answer
    const outcome = await this.#load(key);
    if (this.#stopped) return;
    this.#jobs.delete(key);
    if (outcome === false) {
      const delay = RETRY_MS[Math.min(job.failures, RETRY_MS.length - 1)];
      this.#schedule(key, { again: false, failures: job.failures + 1 }, delay);
    } else if (job.again && outcome !== null) {
      this.request(key);
    }
  }
}
