const absent = require('not-installed');

exports.handler = async () => absent();
