require('./part');
require('hoisted/extra');
