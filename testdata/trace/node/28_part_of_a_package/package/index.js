exports.handler = async ({ zone }) => require(`zones/data/${zone}`);
