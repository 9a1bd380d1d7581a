// Functions as they are deployed on Cloud Run functions; `@google-cloud/functions-framework` runs them.

const functions = require('@google-cloud/functions-framework');

functions.http('page', (request, response) => {
  if (request.path === '/raise') throw new RangeError('no');
  if (request.path === '/made') return response.status(201).set('X-Id', '7').send('made');
  response.json({ path: request.path, args: request.query, json: request.body });
});

functions.cloudEvent('noted', (event) => {
  if (event.type !== 'made' || event.data.n !== 1) throw new RangeError(JSON.stringify(event));
});
