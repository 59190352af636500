// What a person does to a graph, as operations that nobody has applied yet. Pure; the door to its parts.
// Every edit answers {operations, …} or {refusal: {code, words}}; codes: cycle type duplicate self trigger unknown name.

export { copied, duplicate, pasted } from './clipboard.js';
export { connectNodes, connectOutput, disconnect } from './connecting.js';
export { addInput, addOutput, removeInput, removeOutput, renameInput, renameOutput, setField } from './fields.js';
export { addNode, moveNodes, removeSelection } from './nodes.js';
