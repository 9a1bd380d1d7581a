'use strict';
// The files that @vercel/nft finds for an entry, as JSON: node trace.cjs PACKAGE FILE

const path = require('path');
const { nodeFileTrace } = require('@vercel/nft');

const [directory, file] = process.argv.slice(2);

nodeFileTrace([path.join(directory, file)], { base: directory, processCwd: directory }).then(({ fileList }) => {
  console.log(JSON.stringify([...fileList].sort()));
});
