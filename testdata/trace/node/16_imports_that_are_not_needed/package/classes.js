const late = require('late'), other = require('other'), now = require('now');
class Made { constructor() { late.a(); } }
class Kept { made = other.a(); }
class Extended extends now.a {}
new Made();
module.exports = { Kept, Extended };
