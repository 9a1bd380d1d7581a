// For Node before 22.15, which has hooks of ES modules only on a thread of their own.
import { createRequire } from 'node:module';

const { mark } = createRequire(import.meta.url)('./marks.cjs');
const importers = new Map();

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  if (!importers.has(found.url)) importers.set(found.url, context.parentURL);
  return found;
}

export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (loaded.format !== 'module' || loaded.source == null) return loaded;
  return { ...loaded, source: mark(loaded.source, url, importers.get(url)) };
}
