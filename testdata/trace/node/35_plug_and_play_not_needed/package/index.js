exports.handler = require('./part.js');
