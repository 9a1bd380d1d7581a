const other = require('other');
exports.deep = () => other.a();
