exports.handler = (event, context, callback) => callback(new RangeError('too far'));
