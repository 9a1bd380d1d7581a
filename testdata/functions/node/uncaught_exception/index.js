exports.handler = () =>
  new Promise(() => {
    setTimeout(() => {
      throw new Error('thrown in a timer');
    }, 1);
  });
