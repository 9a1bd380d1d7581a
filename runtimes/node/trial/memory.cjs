'use strict';
// As profile.cjs, with what each module adds to the memory of the process. A run of its own: asking the kernel
// takes as long as loading a small module.
const { rss } = process.memoryUsage;
require('./profile.cjs').start({ sample: rss });
