// Registers the editor's elements; no logic here.
import './elements/conflict-dialog.js';
import './elements/draft-trouble.js';
import './elements/key-list.js';
import './elements/node-inspector.js';
import './elements/node-outline.js';
import './elements/node-palette.js';
import './elements/pane-resizer.js';
import './elements/problem-panel.js';
import './elements/quick-add.js';
import './elements/save-state.js';
import './elements/workflow-canvas.js';
import './elements/workflow-editor.js';
