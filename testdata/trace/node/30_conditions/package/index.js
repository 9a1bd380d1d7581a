require('both/sync');
require('both/node');
require('both/parts/a.js');
require('both/list');
exports.handler = async () => import('both');
