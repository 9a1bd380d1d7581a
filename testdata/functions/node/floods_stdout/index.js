const MEGABYTE = 'x'.repeat((1 << 20) - 1);

exports.handler = async () => {
  for (let count = 0; count < 100; count += 1) console.log(MEGABYTE);
  return { memory_stayed_bounded: process.memoryUsage.rss() < 300 << 20 };
};
