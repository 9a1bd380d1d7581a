const r = module.require;
const { createRequire: make } = require('node:module');
const own = make(__filename);
const there = require('module').createRequire(__dirname + '/below/');
const load = require;
const { resolve: where } = require;
const bound = require.bind(null);
let late;
late = r;
exports.handler = async () => [r('./a'), own('./b'), there('./c'), load('./d'), where('./e'), bound('./f'), late('./g'),
  (0, require)('./h'), eval('require')('./i'), new Function('n', 'return import(n)')('./j.mjs')];
