const Layer = require('layer');
exports.handler = async () => new Layer('postgres');
