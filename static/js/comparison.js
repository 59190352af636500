// The comparison page: marks on its canvas what was added, removed, changed or moved. Both are JSON scripts of the page.
import './elements/workflow-canvas.js';

const MARKS = 'comparison-marks';

function mark(canvas) {
  canvas.setMarks(new Map(Object.entries(JSON.parse(document.getElementById(MARKS).textContent))));
}

const canvas = document.querySelector('workflow-canvas');
if ('ready' in canvas.dataset) mark(canvas);
else canvas.addEventListener('canvas-ready', () => mark(canvas), { once: true });
