module.exports = (module, require) => (factory) => factory(require, module.exports, module);
