const late = require('late');
exports.later = () => late.a();
