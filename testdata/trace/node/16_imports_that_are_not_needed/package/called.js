const late = require('late');
const { deep } = require('./deep.js');
exports.call = () => late.a() + deep();
