const { connect } = require('./database.js');

exports.connection = connect();
exports.handler = async () => 'unreachable';
