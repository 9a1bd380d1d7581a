require('both/sync');
require('both');
exports.handler = async () => import('both/node');
