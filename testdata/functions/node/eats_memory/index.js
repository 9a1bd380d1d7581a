exports.handler = async () => {
  const kept = [];
  for (;;) kept.push({ number: kept.length, text: `entry ${kept.length}` });
};
