#!/usr/bin/env node
import data from './data.json' with { type: 'json' };
import old from './old.json' assert { type: 'json' };
import * as code from './code.wasm';
const more = await import('./more.js', { with: { type: 'javascript' } });
export const handler = async () => [data, old, code, more];
