exports.handler = () => ({ then: (resolve) => setTimeout(resolve, 1, 'resolved') });
