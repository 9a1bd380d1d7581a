// For Node before 22.15, which has hooks of ES modules only on a thread of their own.
import { createRequire } from 'node:module';

const { note } = createRequire(import.meta.url)('./record.cjs');

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  if (found.url.startsWith('file:')) note('m', found.url);
  return found;
}
