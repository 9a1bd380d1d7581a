const fs = require('fs');
const path = require('path');
exports.a = (v) => path.join(process.cwd(), v);
exports.b = (v) => fs.readFileSync(path.resolve(v));
exports.c = fs.readFileSync('./config/c.json');
exports.d = path.join(process.cwd(), 'views', 'd.html');
exports.e = (v) => fs.readdirSync(process.cwd());
exports.f = (v) => fs.readFileSync(path.join(process.cwd(), 'texts', v));
exports.handler = async () => {};
