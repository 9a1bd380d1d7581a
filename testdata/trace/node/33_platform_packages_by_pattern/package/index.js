require('native');
exports.handler = async () => {};
