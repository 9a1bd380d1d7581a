'use strict';
// The floor: what any function pays at least.

exports.handler = async (event) => ({ message: `hello, ${event.name ?? 'world'}` });
