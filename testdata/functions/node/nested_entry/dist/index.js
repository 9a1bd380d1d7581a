exports.handler = async () => ({ directory: process.cwd() === require('node:path').dirname(__dirname) });
