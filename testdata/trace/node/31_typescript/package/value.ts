export const value = 1;
export type Other = number;
