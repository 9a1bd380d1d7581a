import absent from 'not-installed';

export const handler = async () => absent();
