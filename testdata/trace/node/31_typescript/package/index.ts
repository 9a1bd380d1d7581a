import type { Shape } from './types.ts';
import { type Other, value } from './value.ts';
import compiled from './compiled.js';
import sub from 'dep';
export type { Again } from './again.ts';
import old = require('./old.cjs');
type Lazy = typeof import('./lazy.ts');
enum Colour { Red = 'red' }
export const handler = async (event: Shape): Promise<Other> => [value, compiled, sub, old, Colour.Red, (await import('./later.ts')).default as Lazy] as unknown as Other;
