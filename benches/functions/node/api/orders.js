'use strict';
// Orders: checked, priced and numbered by what is in them.

const { createHash } = require('node:crypto');
const _ = require('lodash');
const { z } = require('zod');
const articles = require('./articles.json');

const FREE_SHIPPING_FROM = 5000;
const SHIPPING = 490;

const order = z.object({
  customer: z.object({ name: z.string().min(1), email: z.email() }),
  lines: z
    .array(z.object({ article: z.string(), quantity: z.number().int().positive().max(100) }))
    .min(1)
    .refine(
      (lines) => lines.every(({ article }) => _.some(articles, { id: article })),
      'an article is unknown',
    ),
});

const priceOf = _.memoize((id) => _.find(articles, { id }).price);

/** Amounts are in cents. */
function placeOrder(body) {
  const { customer, lines } = order.parse(body);
  const merged = _(lines)
    .groupBy('article')
    .map((same, article) => ({ article, quantity: _.sumBy(same, 'quantity') }))
    .map((line) => ({ ...line, amount: line.quantity * priceOf(line.article) }))
    .value();
  const amount = _.sumBy(merged, 'amount');
  const shipping = amount >= FREE_SHIPPING_FROM ? 0 : SHIPPING;
  const number = createHash('sha256')
    .update(JSON.stringify([customer, merged]))
    .digest('hex')
    .slice(0, 12);
  return { number, customer: customer.name, lines: merged, shipping, total: amount + shipping };
}

module.exports = { placeOrder };
