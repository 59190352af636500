// Registers everything; no logic here.
import htmx from 'htmx.org';
import { morphRules } from './lib/morph-rules.js';
import './chat/inline-preview.js';
import './elements/chat-message.js';
import './elements/confirm-dialog.js';
import './elements/copy-button.js';
import './elements/elapsed-time.js';
import './elements/live-run.js';
import './elements/live-space.js';
import './elements/live-status.js';
import './elements/local-time.js';
import './elements/message-composer.js';
import './elements/message-log.js';
import './elements/reader-dialog.js';
import './elements/theme-switch.js';
import './elements/toast-list.js';
import './lists/choose-all.js';
import './lists/filter-count.js';
import './lists/live-counts.js';
import './lists/notice-bell.js';
import './lists/notice-list.js';
import './run/failed-turn.js';

htmx.registerExtension('aime-morph', morphRules);
if (!document.querySelector('workflow-editor')) document.body.dataset.ready = ''; // that one says so when it has drawn
