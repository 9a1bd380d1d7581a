require('one');
require('two');
require('three');
require('four');
require('five');
exports.handler = async () => {};
