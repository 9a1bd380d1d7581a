'use strict';
require('fs').readFileSync(process.argv[2]);
