export type Again = 1;
