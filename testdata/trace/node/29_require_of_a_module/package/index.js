import { createRequire } from 'node:module';
import process from 'node:process';
const need = createRequire(import.meta.url);
export const handler = async () => [need('./a.cjs'), process.getBuiltinModule('fs'), import.meta.resolve('./b.js')];
export { c } from './c.js';
