exports.handler = async () => {
  throw { statusCode: 409, reason: 'conflict' };
};
