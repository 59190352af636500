import assert from 'node:assert/strict';
import test from 'node:test';
import { linkTo, messageOf, withTab, withoutArtifact } from '../../static/js/run/address.js';

const HERE = new URL('https://aime.example/s/demo/runs/01ABC/?node=old&tab=timeline');

test('a link names node version, part and message, and nothing else of the address', () => {
  assert.equal(
    linkTo(HERE, { node: 'design', version: '2', tab: 'chat', hash: '#message-01M' }),
    'https://aime.example/s/demo/runs/01ABC/?node=design&version=2#message-01M',
  );
  assert.equal(
    linkTo(HERE, { node: 'a', version: '1', tab: 'timeline' }),
    'https://aime.example/s/demo/runs/01ABC/?node=a&version=1&tab=timeline',
  );
});

test('the part is in the address unless it is the usual one; node and message stay', () => {
  assert.equal(withTab(HERE, 'chat'), '/s/demo/runs/01ABC/?node=old');
  assert.equal(
    withTab('https://aime.example/s/demo/runs/01ABC/?node=a#message-1', 'outputs'),
    '/s/demo/runs/01ABC/?node=a&tab=outputs#message-1',
  );
});

test('only a message is found in what stands behind the hash', () => {
  assert.equal(messageOf('#message-01M83GKR41'), '01M83GKR41');
  for (const hash of ['', '#', '#message-', '#node-a', '#message-"><script>', '#message-a b']) {
    assert.equal(messageOf(hash), null);
  }
});

test('an artifact that was read leaves the address to the node version that made it', () => {
  assert.equal(
    withoutArtifact('https://aime.example/s/demo/runs/01ABC/?artifact=01X&tab=timeline', { node: 'a', version: '2' }),
    '/s/demo/runs/01ABC/?tab=timeline&node=a&version=2',
  );
});
