const late = require('late');
const { a = 1 } = require('other');
function used() { return late.a() + later(); }
const later = () => a();
class Service { run() { return late.b(); } field = a(); }
exports.used = used;
exports.again = function again() { return a(); };
module.exports.Service = Service;
exports.handler = async () => used();
