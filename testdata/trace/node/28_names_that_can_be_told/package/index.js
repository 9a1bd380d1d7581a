const load = (name) => require('./steps/' + name);
const names = ['b', 'c'];
const byKey = { d: './steps/d.js', e: './steps/e.js' };
for (const name of names) load(name);
load('a');
Object.keys(byKey).forEach((key) => require(byKey[key]));
['f'].map(function (name) { return require(`./steps/${name}`); });
function lazy(path) { return () => require(path); }
exports.handler = lazy('./steps/g');
