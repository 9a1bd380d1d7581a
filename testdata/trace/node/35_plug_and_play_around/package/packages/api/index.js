const pad = require('left-pad');
exports.handler = async () => pad('a', 2);
