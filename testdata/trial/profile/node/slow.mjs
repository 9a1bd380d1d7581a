#!/usr/bin/env node
import { helper } from './helper.mjs';
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
export const slow = helper;
