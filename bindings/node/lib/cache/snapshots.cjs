'use strict';
// What becomes of values when a process is written to disk.

const { restored } = require('./entry.cjs');

const REGISTRY = Symbol.for('headstart.hooks');

// Those that are to be told: fronts with values that no snapshot may hold.
const fronts = new Set();
let isRegistered = false;
let isPastBuilding = false;

/** Has caches told of restores, and this one of snapshots where it `mayBeUnfit`. */
function attend(front, mayBeUnfit) {
  if (!isRegistered) register();
  if (!mayBeUnfit) return;
  for (const known of fronts) if (known.deref() === undefined) fronts.delete(known);
  fronts.add(new WeakRef(front));
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

module.exports = { attend, isBeingBuilt, isToldOfThem };
