import { slow } from './slow.mjs';
import common from './common.cjs';
import './slept.mjs';

export const handler = async () => [slow, common, (await import('./late.mjs')).late];
