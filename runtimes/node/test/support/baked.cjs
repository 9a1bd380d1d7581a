'use strict';
// Functions that a test bakes, and how they answer with their image and without.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { bake } = require('../../bake/index.cjs');
const { snapshot: build } = require('../../bake/snapshot.cjs');
const { Host } = require('./host.cjs');
const { assemble } = require('./image.cjs');
const { createPackage } = require('./package.cjs');

const HAS_SNAPSHOTS = Number.parseInt(process.versions.node, 10) >= 22;
// An image that is worth it has some modules.
const FILLING = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`node_modules/filling/${at}.js`, `exports.at = ${at};`]));
const FILL = 'for (let at = 0; at < 8; at += 1) require(`filling/${at}`);';

/** A package with these files, and its image; `functions`: by file, what ES modules have been turned into. */
function baked(t, files, { event = {}, entry = 'index.handler', functions, ...more } = {}) {
  const directory = createPackage(t, { ...FILLING, 'node_modules/filling/package.json': '{"name": "filling"}', ...files });
  const out = createPackage(t, { 'event.json': JSON.stringify(event) });
  const order = { directory, entry, events: [path.join(out, 'event.json')], out, snapshot: false, ...more };
  const report = bake(order);
  if (report.watched) report.snapshot = build({ ...order, ...report.watched, identity: report.identity, converted: written(out, functions, directory) });
  const image = assemble(report, path.join(out, 'image'));
  const { snapshot } = report;
  const rest = snapshot?.entries && assemble({ ...report, ...snapshot }, path.join(out, 'rest'));
  return { directory, out, entry, report, image, rest, blob: snapshot?.file };
}

function written(out, functions, directory) {
  if (!functions) return undefined;
  const absolute = Object.entries(functions).map(([name, it]) => [path.join(directory, name), it]);
  fs.writeFileSync(path.join(out, 'functions.json'), JSON.stringify(Object.fromEntries(absolute)));
  return path.join(out, 'functions.json');
}

/** What a worker answers to events, with the image, and `ready`. */
async function answers({ directory, entry, image }, events, { flags = [], environment, use = { path: image } } = {}) {
  const host = new Host({ flags, environment });
  const logs = collectLogs(host);
  const ready = await host.become(directory, entry, use ? { image: use } : {});
  if (ready.kind !== 'ready') return { ready: ready.body, results: [], ...host.output };
  const results = [];
  for (const event of events) {
    const { kind, body } = await host.invoke(event);
    results.push(kind === 'result' ? body : { failure: body });
  }
  await host.close();
  return { ready: ready.body, results, logs, ...host.output };
}

/** What a worker logs, which answers are picked from. */
function collectLogs(host) {
  const logs = [];
  const next = host.next.bind(host);
  host.next = async () => {
    const message = await next();
    if (message?.kind === 'log') logs.push(message.body.message);
    return message;
  };
  return logs;
}

/** Compares how events are answered with what was baked, and without. */
async function same(made, events = [{}], options = {}) {
  const without = await answers(made, events, { ...options, use: null });
  const withImage = await answers(made, events, options);
  assert.equal(withImage.ready.image, true, JSON.stringify(withImage.ready));
  assert.deepEqual(withImage.results, without.results);
  assert.deepEqual([withImage.stdout, withImage.stderr], [without.stdout, without.stderr]);
  if (made.blob) {
    const fromSnapshot = await restored(made, events, options);
    assert.deepEqual(fromSnapshot.results, without.results);
    assert.deepEqual([fromSnapshot.stdout, fromSnapshot.stderr], [without.stdout, without.stderr]);
  }
  return withImage.results;
}

function restored(made, events = [{}], options = {}) {
  return answers(made, events, { ...options, flags: ['--snapshot-blob', made.blob], use: { path: made.rest } });
}

/** Bakes a copy of an image with some bytes changed. */
function damaged({ image, out }, change) {
  const file = path.join(out, 'damaged');
  fs.writeFileSync(file, change(fs.readFileSync(image)), { mode: 0o600 });
  return file;
}

module.exports = { FILL, HAS_SNAPSHOTS, answers, baked, damaged, restored, same };
