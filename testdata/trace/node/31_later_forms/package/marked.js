#!/usr/bin/env node
"use strict";
require("./after.js");
