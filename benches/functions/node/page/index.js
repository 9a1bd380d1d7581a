// Entry: a Markdown text that the event brings, as a page.

import { createPage } from './page.js';

export async function handler({ text, title, theme = 'github-light' }) {
  return createPage({ text, title, theme });
}
