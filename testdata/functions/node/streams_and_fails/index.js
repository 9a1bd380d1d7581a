'use strict';

exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write('{"half": ');
  await new Promise((written) => stream.write('"way', written));
  throw new RangeError('no more');
});
