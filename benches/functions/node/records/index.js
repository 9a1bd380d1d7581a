// Entry: reads and writes a table of measurements, as the event's operation says.

import { z } from 'zod';
import { operations } from './measurements.js';
import { openTable } from './table.js';

const request = z.object({
  operation: z.enum(Object.keys(operations)),
  language: z.string().regex(/^[a-z]{2}$/).default('en'),
  input: z.unknown(),
  // What the table answers: there is no network.
  answers: z.array(z.object({ status: z.number().default(200), body: z.unknown() })),
});

export async function handler(event) {
  const { operation, language, input, answers } = request.parse(event);
  const { schema, run } = operations[operation];
  const checked = schema.safeParse(input, { error: await messagesIn(language) });
  if (!checked.success) {
    return { error: 'invalid input', issues: checked.error.issues.map(({ path, message }) => ({ path, message })) };
  }
  const table = openTable(answers);
  try {
    return { result: await run(table.client, checked.data), requests: table.requests };
  } catch (error) {
    if (error.$metadata === undefined) throw error;
    return { error: error.name, attempts: error.$metadata.attempts, requests: table.requests };
  }
}

/** The messages of zod in another language; its own are English. */
async function messagesIn(language) {
  if (language === 'en') return undefined;
  const { default: locale } = await import(`zod/v4/locales/${language}.js`);
  return locale().localeError;
}
