const Module = require('module');
exports.handler = async () => [
  process.mainModule.require('./a'),
  Module._load('./b', module),
  require(Module._resolveFilename('./c', module)),
  global.process.mainModule.require('./d'),
  require.call(null, './e'),
];
exports.text = require('fs').readFileSync(decodeURIComponent(new URL('f%20f.txt', require('url').pathToFileURL(__filename)).pathname));
