require('./umd-typescript');
require('./umd-classic');
require('./umd-arrow');
require('./amdefine');
require('./amd-only');
exports.handler = async () => {};
