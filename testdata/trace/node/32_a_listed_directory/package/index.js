require('./models');
exports.handler = async () => {};
