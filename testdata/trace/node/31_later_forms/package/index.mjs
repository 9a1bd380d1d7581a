import source code from './code.wasm';
import defer * as deferred from './deferred.mjs';
import { createRequire } from 'node:module';
export { default as data } from './data.json' with { type: 'json' };
export * as all from './all.mjs';
const require = createRequire(import.meta.url);
const module = require('./module.mjs');
require('./marked.js');
export const handler = async () => [code, deferred, module, await import('./later.json', { with: { type: 'json' } }), import.meta.resolve('./resolved.mjs')];
