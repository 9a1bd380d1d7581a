require('@own/common');
require('hoisted');
require('../../tools/tool');
exports.handler = async () => {};
