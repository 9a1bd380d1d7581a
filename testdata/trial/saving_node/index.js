const large = require('large');
const heavy = require('heavy');
const { value } = require('shared');

exports.value = value;
exports.handler = async (event) => (event.heavy ? heavy.value : value);
