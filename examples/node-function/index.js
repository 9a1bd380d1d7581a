'use strict';
// Quotes a price in another currency. What costs time, reading and indexing the rates, is done when a host
// prewarms an instance, or else at the first event.

const fs = require('node:fs');
const path = require('node:path');
const { afterRestore, afterThaw, beforeFreeze, prewarm, shutdown } = require('headstart');

const RATES = path.join(__dirname, 'rates.csv');

let rates = null;
let quotes = 0;

/** Units of each currency for one euro. */
function loadRates() {
  const lines = fs.readFileSync(RATES, 'utf8').trim().split('\n').slice(1);
  return new Map(lines.map((line) => line.split(',')).map(([currency, rate]) => [currency, Number(rate)]));
}

function rateOf(currency) {
  rates ??= loadRates();
  const rate = rates.get(currency);
  if (rate === undefined) throw new RangeError(`no rate for ${currency}`);
  return rate;
}

prewarm(function readRates() {
  rates = loadRates();
});

beforeFreeze(function noteQuotes() {
  console.log(`${quotes} quotes so far`);
});

// Nobody knows how long a pause was: the file may have changed.
for (const register of [afterThaw, afterRestore]) {
  register(function forgetRates() {
    rates = null;
  });
}

shutdown(function sayGoodbye() {
  console.log(`${quotes} quotes in all`);
});

exports.handler = async ({ amount, from, to }) => {
  const converted = (amount / rateOf(from)) * rateOf(to);
  quotes += 1;
  return { amount: Number(converted.toFixed(2)), currency: to };
};
