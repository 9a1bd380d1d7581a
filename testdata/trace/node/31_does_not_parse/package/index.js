require('broken');
require('flawed');
exports.handler = async () => {};
