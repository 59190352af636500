// Connecting with a pointer, in either direction: from a port to a row, a port or anywhere on a card. While it goes on,
// ends that fit glow and the others fade; a refusal says why beside the pointer and aloud. What may be connected is
// decided in `graph/connecting.js` alone.
import { connectNodes, connectOutput } from '../graph/edits.js';
import { curve } from './adapter.js';
import { nearest, portPoint } from './geometry.js';

const SVG = 'http://www.w3.org/2000/svg';
const REACH_PX = 24;
const AROUND = 20; // how far beside a card it still counts

/** The port that a press on a card means: the nearest one of that side, because ports overlap for fingers. */
export function portAt(canvas, element, event) {
  const item = canvas.scene.items.get(element.closest('.canvas-node').dataset.key);
  const side = element.dataset.side;
  return nearest(portsOf(item, side), canvas.view.toCanvas(event.clientX, event.clientY), Infinity);
}

/** The gesture that begins on a port. */
export function connect(canvas, port) {
  const { scene, store, view } = canvas;
  const draft = document.createElementNS(SVG, 'path');
  let target = null; // {key, port, outputs, answer}
  return {
    /** Not while something is aimed at: it would move away below a pointer that rests. */
    get scrolls() {
      return !target;
    },
    click() {
      store.select({ nodes: [port.key] });
      canvas.focusNode(port.key);
    },
    start() {
      scene.keep([port.key]);
      canvas.hint.hide();
      draft.setAttribute('class', 'canvas-draft');
      canvas.part('draft').append(draft);
      showEnds(canvas, port);
    },
    move(event) {
      const point = view.toCanvas(event.clientX, event.clientY);
      const found = targetAt(canvas, port, point);
      if (found?.id !== target?.id) {
        target = found && { ...found, answer: answerOf(store, port, found) };
        tell(canvas, target);
      }
      const end = target?.port?.point ?? point;
      const [from, to] = port.side === 'out' ? [port.point, end] : [end, port.point];
      draft.setAttribute('d', curve(from, to).path);
      draft.classList.toggle('is-refused', Boolean(target?.answer.refusal));
      if (target?.answer.refusal) canvas.hint.follow([event.clientX, event.clientY]);
    },
    end(event) {
      this.clear();
      if (!target) return this.drop(event);
      const { refusal, operations } = target.answer;
      if (refusal) return canvas.refuse(refusal, [event.clientX, event.clientY]);
      store.commit(operations, { label: canvas.voice.text('connected'), origin: 'canvas' });
      const [above, below] = port.side === 'out' ? [port.key, target.key] : [target.key, port.key];
      store.select({ nodes: [below] });
      canvas.voice.say('joined', { source: canvas.titleOf(above), target: canvas.titleOf(below) });
    },
    /** Let go over nothing: a new step may come there. */
    drop(event) {
      if (port.side !== 'out') return;
      const [x, y] = view.toCanvas(event.clientX, event.clientY);
      const output = port.name === null ? null : port.name;
      canvas.askForStep({ after: port.key, output, position: [x, y - port.offset] }, [event.clientX, event.clientY]);
    },
    cancel() {
      this.clear();
      canvas.hint.hide();
    },
    clear() {
      draft.remove();
      scene.keep([]);
      hideEnds(canvas);
    },
  };
}

/** Every port of a card on one side: {key, side, row, name, point, offset}; name null is the order port. */
function portsOf(item, side) {
  const port = (row, name) => {
    const point = portPoint(item, side, row);
    return { key: item.key, side, row, name, point, offset: point[1] - item.y };
  };
  const rows = side === 'in' ? item.inputs : item.outputs;
  const ports = rows.map(({ name }, row) => port(row, name));
  return side === 'in' && item.isTrigger ? ports : [port(null, null), ...ports];
}

function targetAt({ scene, view }, port, [x, y]) {
  const isOver = (item) => {
    // The own card only beside its ports: the way begins there.
    const [beside, above] = item.key === port.key ? [-AROUND, 0] : [AROUND, AROUND];
    return (
      isWithin(x, item.x - beside, item.width + 2 * beside) && isWithin(y, item.y - above, item.height + 2 * above)
    );
  };
  const over = [...scene.items.values()].filter(isOver);
  const item = over.findLast(({ key }) => key !== port.key) ?? over[0];
  if (!item) return null;
  const side = port.side === 'out' ? 'in' : 'out';
  const reach = Math.max(REACH_PX / view.zoom, AROUND);
  const ports = portsOf(item, side).filter((one) => port.name !== null || one.name === null);
  const found = nearest(ports, [x, y], port.name === null ? Infinity : reach);
  return { key: item.key, port: found, outputs: item.outputs, id: `${item.key}.${found ? found.name : '*'}` };
}

function isWithin(at, start, length) {
  return at > start && at < start + length;
}

/** What connecting would do: {operations} or {refusal}. */
function answerOf({ graph, catalogue }, port, target) {
  const isForward = port.side === 'out';
  const name = target.port ? target.port.name : undefined; // null: the order port; undefined: the card
  const [above, below] = isForward ? [port.key, target.key] : [target.key, port.key];
  if (port.name === null || name === null) return connectNodes(graph, catalogue, above, below);
  if (isForward) {
    return connectOutput(
      graph,
      catalogue,
      { source: above, output: port.name },
      { target: below, input: name ?? null },
    );
  }
  if (name)
    return connectOutput(graph, catalogue, { source: above, output: name }, { target: below, input: port.name });
  return firstFitting(graph, catalogue, above, { target: below, input: port.name }, target.outputs);
}

/** From an input back to a card: its first output that fits. */
function firstFitting(graph, catalogue, source, end, outputs) {
  const answers = outputs.map(({ name }) => connectOutput(graph, catalogue, { source, output: name }, end));
  return answers.find((answer) => !answer.refusal) ?? answers[0] ?? connectNodes(graph, catalogue, source, end.target);
}

function tell(canvas, target) {
  for (const element of canvas.part('nodes').querySelectorAll('.is-target')) element.classList.remove('is-target');
  canvas.hint.hide();
  if (!target) return;
  if (target.answer.refusal) canvas.hint.show(canvas.voice.refusal(target.answer.refusal));
  else canvas.scene.elementOf(target.key)?.classList.add('is-target');
}

/** Let the ends that fit glow, and fade the rest. */
function showEnds(canvas, port) {
  const { scene, store } = canvas;
  canvas.part('canvas').classList.add('is-connecting');
  const side = port.side === 'out' ? 'in' : 'out';
  for (const item of scene.items.values()) {
    if (!item.element || item.key === port.key) continue;
    const fits = (one) => !answerOf(store, port, { key: item.key, port: one, outputs: item.outputs }).refusal;
    let hasEnd = fits(undefined);
    const elements = item.element.querySelectorAll(`.canvas-port[data-side="${side}"]`);
    const ports = new Map(portsOf(item, side).map((one) => [one.name ?? '', one]));
    for (const element of elements) {
      const isEnd = fits(ports.get(element.dataset.name ?? ''));
      element.classList.toggle('is-end', isEnd);
      hasEnd ||= isEnd;
    }
    item.element.classList.toggle('is-faded', !hasEnd);
  }
}

function hideEnds(canvas) {
  canvas.part('canvas').classList.remove('is-connecting');
  for (const name of ['is-end', 'is-faded', 'is-target']) {
    for (const element of canvas.part('nodes').querySelectorAll(`.${name}`)) element.classList.remove(name);
  }
}
