// Pages: Markdown in, HTML out, code in color.

import { readFile } from 'node:fs/promises';
import { Marked } from 'marked';
import { highlight, isTheme } from './colors.js';

const template = await readFile(new URL('./page.html', import.meta.url), 'utf8');

export async function createPage({ text, title, theme }) {
  if (!isTheme(theme)) return { error: `no theme is called ${theme}` };
  const headings = [];
  const plain = [];
  const marked = new Marked({
    async: true,
    async walkTokens(token) {
      if (token.type === 'heading') headings.push({ depth: token.depth, text: token.text, id: idOf(token.text) });
      if (token.type !== 'code') return;
      const html = await highlight(token.text, token.lang, theme);
      if (html === null) plain.push(token.lang ?? '');
      else Object.assign(token, { type: 'html', block: true, text: html });
    },
    renderer: {
      heading({ depth, text: heading, tokens }) {
        return `<h${depth} id="${idOf(heading)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
    },
  });
  const body = await marked.parse(text);
  const parts = { title: escape(title), contents: contents(headings), body };
  return { html: template.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]), headings, plain };
}

const contents = (headings) =>
  headings.map(({ id, text }) => `<li><a href="#${id}">${escape(text)}</a></li>`).join('\n');

const idOf = (text) => (text.toLowerCase().match(/[\p{Letter}\p{Number}]+/gu) ?? []).join('-');

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escape = (text) => text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
