// Writes each document of a JSON list on the standard input as YAML; the list of texts goes to the standard output.
import { readFileSync } from 'node:fs';
import { yamlOf } from '../../static/js/graph/yaml-text.js';

const documents = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(documents.map(yamlOf)));
