'use strict';
// Clocks, and what depends on the machine's language and zone.

function watchTime(effects) {
  // As in a process that was frozen: it was loaded at that time.
  const seen = () => effects.isBuilding && !effects.isQuiet && effects.note({ clock: effects.current() });
  const { Date: RealDate } = globalThis;
  const now = new Proxy(RealDate.now, { apply: (target, self, given) => (seen(), Reflect.apply(target, self, given)) });
  const date = new Proxy(RealDate, {
    get: (target, key) => (key === 'now' && effects.isBuilding ? now : target[key]),
    apply: (target, self, given) => (seen(), Reflect.apply(target, self, given)),
    construct: (target, given, derived) => {
      if (given.length === 0) seen();
      return Reflect.construct(target, given, derived === date ? target : derived);
    },
  });
  effects.replace(globalThis, 'Date', date);
  // Methods of prototypes: `performance` itself is kept by modules.
  const prototype = Object.getPrototypeOf(performance);
  effects.calls(prototype, ['now', 'mark', 'measure', 'timerify', 'toJSON'], 'performance');
  const origin = Object.getOwnPropertyDescriptor(prototype, 'timeOrigin');
  if (origin?.get) {
    const seenOrigin = () => effects.seen('looks at performance.timeOrigin');
    const get = function () {
      seenOrigin();
      return Reflect.apply(origin.get, this, []);
    };
    Object.defineProperty(prototype, 'timeOrigin', { ...origin, get });
    effects.undo.push(() => Object.defineProperty(prototype, 'timeOrigin', origin));
  }
}

/** What depends on the machine's language, and is held by no snapshot. */
function watchLocale(effects) {
  effects.calls(Intl, Object.getOwnPropertyNames(Intl).filter((name) => typeof Intl[name] === 'function'), 'Intl');
  effects.calls(String.prototype, ['localeCompare', 'toLocaleLowerCase', 'toLocaleUpperCase'], 'String');
  effects.calls(Number.prototype, ['toLocaleString'], 'Number');
  effects.calls(Date.prototype, ['getTimezoneOffset', 'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'], 'Date');
}

module.exports = { watchLocale, watchTime };
