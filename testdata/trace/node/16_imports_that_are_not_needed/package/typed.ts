import dead, { a } from 'dead';
import type { b } from 'late';
import { type c } from 'other';
import { d } from 'late';
import late = require('now');
export const value: typeof a = (it: dead): b => d();
export const later = (): c => late.a();
