// Code in color. A language or a theme is loaded when a page first needs it.

import { bundledLanguages, bundledThemes, createHighlighter } from 'shiki';

const highlighter = await createHighlighter({ themes: ['github-light'], langs: ['javascript'] });

export const isTheme = (name) => Object.hasOwn(bundledThemes, name);

/** The code as HTML; null where nothing is known of its language. */
export async function highlight(code, lang, theme) {
  if (!Object.hasOwn(bundledLanguages, lang ?? '')) return null;
  await Promise.all([highlighter.loadLanguage(lang), highlighter.loadTheme(theme)]);
  return highlighter.codeToHtml(code, { lang, theme });
}
