const { add } = require('./add.js');

exports.handler = async () => add(1, 2);
