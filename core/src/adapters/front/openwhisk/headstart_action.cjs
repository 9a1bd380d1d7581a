'use strict';
// Runs an OpenWhisk action: one parameter, and what the platform says of an activation in the environment.

const action = require(process.env.__OW_MODULE);
const main = action[process.env.__OW_MAIN];
if (typeof main !== 'function') throw new TypeError(`the action has no function ${process.env.__OW_MAIN}`);

exports.handler = async (event, context) => {
  for (const [name, value] of Object.entries(context.clientContext?.openwhisk ?? {})) {
    process.env[`__OW_${name.toUpperCase()}`] = value;
  }
  return main(event);
};
