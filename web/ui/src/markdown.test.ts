import { expect, test } from 'vitest';
import { chooseLocale, parseMarkdown } from './index.ts';

test('paragraphs, lists, bold and links are told apart', () => {
  expect(parseMarkdown('See **this**:\n\n1. one\n2. two\n\n[more](https://example.com/a)')).toEqual([
    { kind: 'paragraph', lines: [[{ kind: 'text', text: 'See ' }, { kind: 'bold', text: 'this' }, { kind: 'text', text: ':' }]] },
    { kind: 'list', ordered: true, items: [[{ kind: 'text', text: 'one' }], [{ kind: 'text', text: 'two' }]] },
    { kind: 'paragraph', lines: [[{ kind: 'link', text: 'more', url: 'https://example.com/a' }]] },
  ]);
});

test('only https links become links, and markup stays text', () => {
  for (const text of ['[x](javascript:alert(1))', '<img src=x onerror=alert(1)>', '[x](http://plain)']) {
    expect(parseMarkdown(text)).toEqual([{ kind: 'paragraph', lines: [[{ kind: 'text', text }]] }]);
  }
});

test('the first wish that is offered wins', () => {
  expect(chooseLocale(undefined, 'fr-FR', 'zh-TW')).toBe('zh-CN');
  expect(chooseLocale('en-GB', 'zh-CN')).toBe('en-US');
  expect(chooseLocale()).toBe('en-US');
});
