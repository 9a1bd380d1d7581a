require('./webpack');
require('./browserify');
require('./esbuild');
exports.handler = async () => {};
