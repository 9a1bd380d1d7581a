const a = require('both');
exports.handler = async () => [a, await import('both'), require('esm')];
