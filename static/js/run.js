// Registers the run page's elements and lets its address lead into it; no logic here.
import './elements/pane-resizer.js';
import './run/copy-link.js';
import './run/run-map.js';
import './run/run-tabs.js';
import { followAddress } from './run/deep-links.js';

followAddress(document.querySelector('live-run'), new AbortController().signal);
