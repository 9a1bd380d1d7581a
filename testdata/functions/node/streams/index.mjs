import { setTimeout as sleep } from 'timers/promises';

export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  stream.write(`{"got": ${JSON.stringify(event)}, "left": ${context.getRemainingTimeInMillis() > 0}, "rows": [0`);
  for (let row = 1; row < event.rows; row++) {
    if (row % 10 === 0) await sleep(1);
    stream.write(`,${row}`);
  }
  // The result ends with the stream, whenever the handler returns.
  setTimeout(() => stream.end(`], "text": "${'ä'.repeat(event.long)}"}`), 10);
});
