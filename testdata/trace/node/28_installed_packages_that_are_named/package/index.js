const framework = require('framework');
framework.set('engine', 'templates');
framework.log({ transport: { target: 'pretty' } });
console.log('unused' + framework);
exports.handler = async () => {};
