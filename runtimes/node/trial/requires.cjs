'use strict';
// As profile.cjs, for a function that an earlier run found to have no ES modules.
require('./profile.cjs').start({ withEsm: false });
