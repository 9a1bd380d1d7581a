'use strict';
// A small shop: articles to look through, orders to place, documents to download.

const express = require('express');
const _ = require('lodash');
const { z } = require('zod');
const articles = require('./articles.json');
const { linkTo } = require('./documents.js');
const { placeOrder } = require('./orders.js');

const PAGE_SIZE = 3;

const search = z.object({
  tag: z.string().min(1).optional(),
  sort: z.enum(['name', 'price']).default('name'),
  page: z.coerce.number().int().min(1).default(1),
});

const app = express();
app.disable('x-powered-by');
app.use(express.json({ limit: '100kb' }));

app.get('/articles', (request, response) => {
  const { tag, sort, page } = search.parse(request.query);
  const found = _.sortBy(tag ? articles.filter(({ tags }) => tags.includes(tag)) : articles, [sort, 'id']);
  response.json({
    total: found.length,
    page,
    articles: _.slice(found, (page - 1) * PAGE_SIZE, page * PAGE_SIZE),
    tags: _.countBy(found.flatMap((article) => article.tags)),
  });
});

app.get('/articles/:id', (request, response) => {
  const article = _.find(articles, { id: request.params.id });
  if (article) response.json(article);
  else response.status(404).json({ error: 'no such article' });
});

app.post('/orders', (request, response) => {
  response.status(201).json(placeOrder(request.body));
});

app.get('/documents/:name', async (request, response) => {
  response.json({ url: await linkTo(request.params.name) });
});

app.use((request, response) => {
  response.status(404).json({ error: `nothing at ${request.path}` });
});

// Express tells an error handler by its four parameters.
app.use((error, request, response, next) => {
  if (!(error instanceof z.ZodError)) return next(error);
  const issues = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  return response.status(400).json({ error: 'invalid request', issues });
});

module.exports = app;
