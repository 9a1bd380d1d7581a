'use strict';
// Entry: an API Gateway event (format 2.0) in, its response out.

const app = require('./app.js');
const { serve } = require('./gateway.js');

exports.handler = (event) => serve(app, event);
