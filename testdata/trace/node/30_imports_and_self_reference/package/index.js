require('#dep');
require('#lib/a.js');
require('#own');
require('own/public');
exports.handler = async () => import('#own');
