import '../other.js';
import 'dep/esm';
export const handler = async () => {};
