'use strict';
// What becomes of values, and of what is known of caches, when a process is written to disk, stops or ends.

const { restored } = require('./entry.cjs');

const REGISTRY = Symbol.for('headstart.hooks');

// Those that are to be told: fronts with values that no snapshot may hold, and tiers that tell what they have done.
const fronts = new Set();
const tiers = new Set();
let isRegistered = false;
let isPastBuilding = false;

/** Has caches told of restores, and this one of snapshots where it `mayBeUnfit`. */
function attend(front, mayBeUnfit) {
  if (!isRegistered) register();
  if (mayBeUnfit) remember(fronts, front);
}

/** Has tiers tell what they have done before the process, or the thread, ends or stops. */
function attendEnd(tier) {
  if (tiers.size === 0) {
    process.on('exit', tellNow);
    ((globalThis[REGISTRY] ??= {}).beforeFreeze ??= []).unshift(tellNow);
  }
  remember(tiers, tier);
}

function remember(references, one) {
  for (const known of references) if (known.deref() === undefined) references.delete(known);
  references.add(new WeakRef(one));
}

function tellNow() {
  for (const known of tiers) known.deref()?.tellNow();
}

/** Before the user's hooks: they are told of a snapshot before this, and of a restore after it. */
function register() {
  isRegistered = true;
  const hooks = (globalThis[REGISTRY] ??= {});
  (hooks.beforeSnapshot ??= []).unshift(dropWhatNoSnapshotMayHold);
  (hooks.afterRestore ??= []).unshift(takeEpoch);
}

function dropWhatNoSnapshotMayHold() {
  for (const known of fronts) known.deref()?.deleteWhere((entry) => entry.noSnapshot);
  tellNow();
}

function takeEpoch({ epoch }) {
  restored(epoch);
  require('../native.cjs').loadedNative()?.cacheRestored(epoch);
}

/** Whether V8 is making a startup snapshot of this process: what is kept now would be found in every process from it. */
function isBeingBuilt() {
  if (isPastBuilding) return false;
  const isBuilding = require('v8').startupSnapshot.isBuildingSnapshot();
  isPastBuilding = !isBuilding;
  return isBuilding;
}

/** Whether this thread is told of snapshots and restores: hooks run on the first one. */
function isToldOfThem() {
  return require('worker_threads').isMainThread;
}

module.exports = { attend, attendEnd, isBeingBuilt, isToldOfThem };
