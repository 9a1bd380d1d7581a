const fs = require('fs');
const path = require('path');
fs.readdirSync(__dirname)
  .filter((file) => file !== 'index.js')
  .forEach((file) => { exports[file] = require(path.join(__dirname, file)); });
