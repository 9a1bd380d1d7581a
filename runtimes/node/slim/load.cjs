// Loads shared objects in the interpreter that will load them: their paths on standard input, a line each. Answers
// each with a line of its own, which begins with a newline because what is loaded may print. One that ends the
// process has no answer.
'use strict'

const { readFileSync, writeSync } = require('node:fs')
const { constants } = require('node:os')

function loads (path) {
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW)
    return true
  } catch (error) {
    // A library that is no addon has been loaded by then, and registers nothing.
    return /did not self-register/.test(error.message)
  }
}

for (const path of readFileSync(0, 'utf8').split('\n')) {
  if (path) writeSync(1, loads(path) ? '\nheadstart: loaded\n' : '\nheadstart: not loaded\n')
}
