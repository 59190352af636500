// How a document looks as YAML. That the server reads the very document out of it is tested where the server is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { yamlOf } from '../../static/js/graph/yaml-text.js';

test('a document looks as a person would write it', () => {
  const document = {
    aime: 1,
    name: 'Requirement to code',
    nodes: [
      {
        key: 'analyse',
        type: 'task',
        title: undefined,
        position: [0, -8],
        prompt: 'Analyse this:\n\n{{ requirement }}\n',
        inputs: [{ name: 'requirement', type: 'text', ask: true, default: '', required: false }],
        outputs: [{ name: '需求', type: 'file', description: 'One document: all of it' }],
        notify: [{ who: 'initiator', on: ['waiting', 'failed'] }],
        parameters: {},
        limits: { seconds: 60 },
      },
    ],
    edges: [['analyse', 'design']],
  };
  assert.equal(
    yamlOf(document),
    `aime: 1
name: Requirement to code
nodes:
  - key: analyse
    type: task
    position: [0, -8]
    prompt: |
      Analyse this:

      {{ requirement }}
    inputs:
      - name: requirement
        type: text
        ask: true
        default: ""
        required: false
    outputs:
      - name: 需求
        type: file
        description: "One document: all of it"
    notify:
      - who: initiator
        on: [waiting, failed]
    parameters: {}
    limits:
      seconds: 60
edges:
  - [analyse, design]
`,
  );
});

test('what a reader could take for something else is quoted', () => {
  const words = ['No', 'null', '1', '0x1F', '12:30', '- a', '# a', ' a', 'a ', "it's", '~', '<<', '{{ a }}'];
  for (const word of words) assert.equal(yamlOf({ name: word }), `name: ${JSON.stringify(word)}\n`);
  assert.equal(yamlOf({ name: 'a\u0085b\u007f' }), 'name: "a\\u0085b\\u007f"\n');
});

test('lines that a block could lose are quoted', () => {
  for (const text of ['\n', 'a\n\n', ' a\nb', '\na', 'a\n ', 'a\r\nb']) {
    assert.equal(yamlOf({ prompt: text }), `prompt: ${JSON.stringify(text)}\n`);
  }
  assert.equal(yamlOf({ prompt: 'a\n  b\n\nc' }), 'prompt: |-\n  a\n    b\n\n  c\n');
});
