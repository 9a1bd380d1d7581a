const http = require('http');
const { name } = require('instrumented');
const own = require('path').basename(__filename);
exports.handler = async () => [http, name, own];
