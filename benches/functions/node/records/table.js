// A table that answers from a list.

import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A client of the table, and the requests that it makes. */
export function openTable(answers) {
  const left = [...answers];
  const requests = [];
  const requestHandler = {
    async handle({ headers, body }) {
      const { status, body: answer } = left.shift();
      requests.push({ target: headers['x-amz-target'], body: JSON.parse(new TextDecoder().decode(body)) });
      return { response: respond(status, answer) };
    },
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig() {},
    destroy() {},
  };
  const client = new DynamoDBClient({
    region: 'eu-central-1',
    // Made up: they open nothing.
    credentials: { accessKeyId: 'example-key-id', secretAccessKey: 'example-secret-that-opens-nothing' },
    requestHandler,
    maxAttempts: 2,
  });
  return { client: DynamoDBDocumentClient.from(client), requests };
}

function respond(statusCode, body) {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { statusCode, headers, body: Readable.from([Buffer.from(JSON.stringify(body))]) };
}
