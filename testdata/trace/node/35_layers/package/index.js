require('layered');
require('newer');
exports.handler = async () => {};
