const { register } = require('module');
const { pathToFileURL } = require('url');
register('in-the-middle/hook.mjs', pathToFileURL(__filename));
require('in-the-middle').hook(['instrumented']);
