exports.handler = async ({ language, theme, plugin }) => [
  require('./locale/' + language),
  require(`./themes/${theme}.json`),
  require('./plugins/'.concat(plugin, '/main')),
];
