import settings from './settings.json';

export const handler = async () => settings;
