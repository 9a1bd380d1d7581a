function run(require) { return require('./a'); }
const own = { require: (name) => name };
exports.handler = async (event) => [run(event.load), own.require('./b'), ((require) => require('missing'))(String)];
