require('a');
require('b');
exports.handler = async () => {};
