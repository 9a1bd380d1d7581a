export const helper = (value) => ({ value });
