const pad = require('left-pad');
require('./unused-otherwise');
exports.handler = async () => pad('a', 2);
