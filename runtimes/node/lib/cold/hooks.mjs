// Resolves ES modules in the loader's own thread, on versions of Node without hooks in the caller's.

import { createRequire } from 'module';
import { fileURLToPath, pathToFileURL } from 'url';

const require = createRequire(import.meta.url);
const { Fallback } = require('./fallback.cjs');
const modules = require('./modules.cjs');

/** Gets what the main thread has found. */
export function initialize({ root, place, packages }) {
  modules.add(new Fallback(root, place, undefined, packages));
}

/** Asks once more, from the overlay, for what was not found. */
export async function resolve(specifier, context, next) {
  const from = context.parentURL?.startsWith('file:') ? fileURLToPath(context.parentURL) : null;
  if (from) modules.prepareOverlay(specifier, from);
  const first = modules.passedOver(specifier, from);
  try {
    if (first) return await next(first.request, { ...context, parentURL: pathToFileURL(first.from).href });
  } catch (error) {
    if (!modules.isMissing(error)) throw error;
  }
  try {
    return await next(specifier, context);
  } catch (error) {
    const again = modules.isMissing(error) ? modules.prepare(specifier, from) : null;
    if (!again) throw error;
    return next(again.request, { ...context, parentURL: pathToFileURL(again.from).href }).catch((other) => {
      throw modules.isMissing(other) ? error : other;
    });
  }
}
