const settings = require('./settings.json');

exports.handler = async () => settings;
