require('fast');
exports.handler = async () => {};
