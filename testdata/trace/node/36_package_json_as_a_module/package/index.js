exports.version = require('./package.json').version + require('dep/package.json').version;
exports.handler = async () => {};
