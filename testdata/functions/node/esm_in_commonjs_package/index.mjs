import sum from './sum.js';

export const handler = async (event) => ({ sum: sum(event.numbers), module: typeof require === 'undefined' });
