'use strict';
// The environment: what is read of it is written down, changes are effects.

function watchEnvironment(effects) {
  const real = process.env;
  const env = () => (effects.isBuilding ? real : process.env);
  const through = (how) => (target, ...given) => Reflect[how](env(), ...given);
  const change = (how) => (target, ...given) => (effects.seen('changes the environment'), Reflect[how](env(), ...given));
  const asked = (name) => {
    if (effects.isBuilding && !effects.isQuiet && typeof name === 'string') effects.note({ variable: name, value: real[name] ?? null });
  };
  effects.replace(process, 'env', new Proxy({}, {
    get: (target, name) => (asked(name), env()[name]),
    has: (target, name) => (asked(name), name in env()),
    getOwnPropertyDescriptor: (target, name) => {
      // `Object.keys` looks at each name that it was given, not at what it holds.
      if (effects.listedNames?.shift() !== name) asked(name);
      return Reflect.getOwnPropertyDescriptor(env(), name);
    },
    ownKeys: () => (listed(effects, real), Reflect.ownKeys(env())),
    getPrototypeOf: through('getPrototypeOf'),
    set: (target, name, value) => (effects.seen('changes the environment'), Reflect.set(env(), name, value)),
    deleteProperty: (target, name) => (name in env() ? change('deleteProperty')(target, name) : (asked(name), true)),
    defineProperty: change('defineProperty'),
  }));
}

function listed(effects, environment) {
  if (effects.isBuilding && !effects.isQuiet) effects.note({ variables: Object.keys(environment).sort() });
  effects.listedNames = Reflect.ownKeys(environment);
}

module.exports = { watchEnvironment };
