'use strict';
// Globals that are not there while a snapshot is built.

/** Globals that are not there while a snapshot is built. */
function watchGlobals(effects) {
  for (const name of effects.world.globals) {
    if (name in globalThis) continue;
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get: () => read(effects, name),
      set: () => effects.seen(`changes ${name}`),
    });
    effects.undo.push(() => delete globalThis[name]);
  }
}

/** Constructors get stand-ins, anything else is an effect. */
function read(effects, name) {
  if (Object.hasOwn(effects.world.constructors, name)) return effects.standIns.global(name);
  effects.seen(`looks at ${name}`);
  return undefined;
}

module.exports = { watchGlobals };
