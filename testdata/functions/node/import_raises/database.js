class ConnectionError extends Error {
  name = 'ConnectionError';
}

exports.connect = () => {
  throw new ConnectionError('the database refused: tables are missing');
};
