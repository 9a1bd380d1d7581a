import { subtract } from './add.mjs';

export const handler = async () => subtract(2, 1);
