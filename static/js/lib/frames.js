// What a frame asks the page to fetch again. Pure. `view`: {node, version, follow, timeline, shows(messageId)}.

/** Name the fragments that a frame makes old: "overview", "panel", "tail", "log", "timeline", "message:<id>". Deltas make none old. */
export function staleFragments(frame, view) {
  const stale = staleParts(frame, view);
  const isTimed = view.timeline && (frame.t === 'node' || frame.t === 'run');
  return isTimed ? [...stale, 'timeline'] : stale;
}

function staleParts(frame, view) {
  const isHere =
    frame.n === undefined || (frame.n === view.node && (frame.v === undefined || frame.v === view.version));
  switch (frame.t) {
    case 'message':
      if (frame.k === 'message.branched') return isHere ? ['log'] : [];
      if (view.shows(frame.m)) return [`message:${frame.m}`];
      return isHere ? ['tail'] : [];
    case 'node':
      return frame.n === undefined || frame.n === view.node || view.follow ? ['overview', 'panel'] : ['overview'];
    case 'artifact':
      return isHere ? ['panel'] : [];
    case 'run':
      return ['overview'];
    case 'access':
      return ['overview', 'panel'];
    default:
      return [];
  }
}
