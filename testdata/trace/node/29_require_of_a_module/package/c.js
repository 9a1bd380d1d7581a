export * from './d.js'; export const c = 1;
