const dead = require('dead');
const { a, b: { c } } = require('late'), fs = require('fs');
const only = require('now').a;
require('other');
const asked = require('other')('x');
exports.dead = 1;
