// The texts of streaming messages, put together from deltas and fragments. Pure; offsets are code points.
//
// A text here is always a prefix of the message in the database, and never gets shorter: whichever of the two,
// fragment or what the deltas gave, is longer wins. A delta that lies ahead is kept until what is missing comes.
import { countCodePoints, dropCodePoints } from './code-points.js';

const PENDING_MAX = 1000; // deltas kept ahead of a gap, per message; the oldest go first and are refetched

export class StreamTexts {
  #streams = new Map();

  /**
   * Take one delta. Returns what it adds to the end, and whether something before it is missing
   * (then the message's fragment has to be fetched and given to `adopt`).
   */
  receive(id, offset, text) {
    const stream = this.#stream(id);
    stream.pending.push({ offset, text });
    stream.pending.sort((a, b) => a.offset - b.offset); // a replay after a reconnect starts before what waits
    if (stream.pending.length > PENDING_MAX) stream.pending.shift();
    return { added: this.#join(stream), gap: stream.pending.length > 0 };
  }

  /** Take the text of a server's fragment. Returns the text to show, and whether something is still missing. */
  adopt(id, text) {
    const stream = this.#stream(id);
    const length = countCodePoints(text);
    if (length > stream.length) Object.assign(stream, { text, length });
    this.#join(stream);
    return { text: stream.text, gap: stream.pending.length > 0 };
  }

  /** The message is finished: its fragment says everything. */
  forget(id) {
    this.#streams.delete(id);
  }

  #stream(id) {
    if (!this.#streams.has(id)) this.#streams.set(id, { text: '', length: 0, pending: [] });
    return this.#streams.get(id);
  }

  /** Move what now fits from the pending deltas to the end of the text. */
  #join(stream) {
    let added = '';
    while (stream.pending.length > 0 && stream.pending[0].offset <= stream.length) {
      const { offset, text } = stream.pending.shift();
      const fresh = dropCodePoints(text, stream.length - offset);
      stream.length += countCodePoints(fresh);
      added += fresh;
    }
    stream.text += added;
    return added;
  }
}
