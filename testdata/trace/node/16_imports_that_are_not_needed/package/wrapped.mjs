import now, { a } from 'now';
import * as late from 'late';
import 'other';
import dead from 'dead';
import { b as unused } from 'other';
export { a as again };
const helper = [1].map(() => dead.a);
export const handler = now(async () => late.a());
export default helper;
