import late from 'late';
import now, { a as Part } from 'now';
export const view = <Part />;
