import { basename } from 'node:path';
import { greet } from './greet.js';

// Top-level await is legal here.
const greeting = await Promise.resolve('hello');

export const handler = async (event) => ({ text: greet(greeting, event.name), file: basename(import.meta.url) });
