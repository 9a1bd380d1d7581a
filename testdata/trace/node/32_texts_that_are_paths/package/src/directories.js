exports.DIRECTORY = process.env.DIRECTORY || require('path').dirname(__dirname);
