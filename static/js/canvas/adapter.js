// The only module that knows `@xyflow/system` (UMD global, pinned): pan and zoom, paths of edges, a view that fits.
// It is the inner part of a library and promises no API; nothing of its shapes leaves this file.
const { XYPanZoom, calcAutoPan, getBezierPath, getViewportForBounds } = window.XYFlowSystem;

const ANYWHERE = [
  [-Infinity, -Infinity],
  [Infinity, Infinity],
];
const CLICK_DISTANCE_PX = 4;
const OPTIONS = {
  noWheelClassName: 'canvas-no-wheel',
  userSelectionActive: false,
  panOnScroll: false,
  panOnDrag: [0, 1],
  panOnScrollMode: 'free',
  panOnScrollSpeed: 1,
  preventScrolling: true,
  zoomOnPinch: true,
  zoomOnScroll: true,
  zoomOnDoubleClick: false,
  zoomActivationKeyPressed: false,
  lib: 'canvas',
  connectionInProgress: false,
  paneClickDistance: CLICK_DISTANCE_PX,
};

/** Pan and zoom of one element by mouse, wheel and touch. A transform is [x, y, zoom]. */
export class PanZoom {
  #engine;
  #onTransform;

  constructor(element, { minZoom, maxZoom, onTransform, onStart, onEnd }) {
    this.#onTransform = onTransform;
    this.#engine = XYPanZoom({
      domNode: element,
      minZoom,
      maxZoom,
      translateExtent: ANYWHERE,
      viewport: { x: 0, y: 0, zoom: 1 },
      onPanZoomStart: (event) => onStart(event),
      onPanZoomEnd: (event) => onEnd(event),
      onDraggingChange: () => {},
    });
    this.setGrip('background');
  }

  /** Where a drag or a touch pans: on the `background`, `anywhere` (space bar, middle button, two fingers), `nowhere`. */
  setGrip(grip) {
    this.#engine.update({
      ...OPTIONS,
      noPanClassName: grip === 'anywhere' ? 'canvas-never' : 'canvas-no-pan',
      userSelectionActive: grip === 'nowhere',
      onTransformChange: this.#onTransform,
    });
  }

  set([x, y, zoom], durationMs = 0) {
    return this.#engine.setViewport({ x, y, zoom }, { duration: durationMs });
  }

  zoomBy(factor, durationMs = 0) {
    return this.#engine.scaleBy(factor, { duration: durationMs });
  }

  destroy() {
    this.#engine.destroy();
  }
}

/** The curve from one point to another, and the middle of it: {path, middle}. */
export function curve([sourceX, sourceY], [targetX, targetY]) {
  const ends = { sourceX, sourceY, sourcePosition: 'right', targetX, targetY, targetPosition: 'left' };
  const [path, x, y] = getBezierPath(ends);
  return { path, middle: [x, y] };
}

/** The transform that shows a whole rectangle in a window of this size. `padding`: a share of the window. */
export function transformThatShows(rect, { width, height }, { minZoom, maxZoom, padding }) {
  const { x, y, zoom } = getViewportForBounds(rect, width, height, minZoom, maxZoom, padding);
  return [x, y, zoom];
}

/** How far the view should move in this frame while something is dragged near its edge, in pixels. */
export function edgeScroll(point, { width, height }) {
  return calcAutoPan({ x: point[0], y: point[1] }, { width, height });
}
