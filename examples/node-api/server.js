'use strict';
// Serves products. What the database said is kept for all servers of this machine: served at once while it is young, served
// and asked for anew in the background while it is stale, and served for an hour where the database is down.

const http = require('node:http');
const { cached } = require('headstart');
const database = require('./database.js');

const product = cached(database.read, {
  scope: 'node',
  namespace: 'products',
  version: 1,
  ttl: process.env.TTL ?? '10s',
  stale: '5m',
  staleOnError: '1h',
  negativeTtl: '2s',
  tags: (id) => [`product ${id}`],
});

const routes = {
  async GET(id) {
    const found = await product(id);
    return found === undefined ? [404, { error: `there is no product ${id}` }] : [200, found];
  },
  async PUT(id, body) {
    await database.write(id, JSON.parse(body));
    // Of all servers.
    product.invalidateTag(`product ${id}`);
    return [200, await product(id)];
  },
};

async function answer(request) {
  if (request.url === '/cache') return [200, { ...product.cacheInfo(), queries: database.queries() }];
  const [, id] = /^\/products\/(\w+)$/.exec(request.url) ?? [];
  const route = id === undefined ? undefined : routes[request.method];
  if (route === undefined) return [404, { error: 'there is /products/ID and /cache' }];
  return route(id, Buffer.concat(await request.toArray()).toString());
}

const server = http.createServer(async (request, response) => {
  const [status, body] = await answer(request).catch((error) => [503, { error: error.message }]);
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => console.log(`port ${server.address().port}`));
process.once('SIGTERM', () => server.close());
