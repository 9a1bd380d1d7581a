// What can be done with measurements. Each operation checks its input, and what it finds in the table.

import { GetCommand, paginateQuery, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

const TABLE = 'measurements';

const sensor = z.string().regex(/^[a-z]+-\d+$/);
const moment = z.iso.datetime();
const measurement = z.object({
  sensor,
  moment,
  value: z.number().min(-90).max(60),
  unit: z.literal(['celsius', 'percent']),
  tags: z.set(z.string()).optional(),
});

/** One measurement, or null. */
async function get(client, key) {
  const { Item: item } = await client.send(new GetCommand({ TableName: TABLE, Key: key }));
  return item ? plain(measurement.parse(item)) : null;
}

/** Stores a measurement that must not be there yet. */
async function put(client, { tags, ...item }) {
  const command = new PutCommand({
    TableName: TABLE,
    Item: tags.length > 0 ? { ...item, tags: new Set(tags) } : item,
    ConditionExpression: 'attribute_not_exists(sensor)',
    ReturnConsumedCapacity: 'TOTAL',
  });
  const { ConsumedCapacity: consumed } = await client.send(command);
  return { stored: true, units: consumed?.CapacityUnits ?? null };
}

/** How many measurements of a sensor there are, and their mean, page by page. */
async function summarize(client, { sensor: name, since }) {
  const query = {
    TableName: TABLE,
    KeyConditionExpression: 'sensor = :sensor AND moment >= :since',
    ExpressionAttributeValues: { ':sensor': name, ':since': since },
  };
  const values = [];
  let pages = 0;
  for await (const { Items: items } of paginateQuery({ client, pageSize: 2 }, query)) {
    pages += 1;
    values.push(...z.array(measurement).parse(items).map(({ value }) => value));
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { pages, count: values.length, mean: values.length > 0 ? Number(mean.toFixed(2)) : null };
}

/** A measurement as JSON can hold it. */
function plain({ tags, ...rest }) {
  return tags ? { ...rest, tags: [...tags].sort() } : rest;
}

export const operations = {
  get: { schema: z.object({ sensor, moment }), run: get },
  put: { schema: measurement.extend({ tags: z.array(z.string()).default([]) }), run: put },
  summarize: { schema: z.object({ sensor, since: moment }), run: summarize },
};
