exports.handle = async () => 'not this one';
