const late = require('late'), dead = require('dead');
exports.run = (text) => eval(text) ?? late;
