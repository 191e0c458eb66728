import { expect, test } from 'vitest';
import { nextPath } from './next-path.ts';

const ORIGIN = 'https://lingxi.example';

test('sign-in goes on to a path of ours, whole', () => {
  expect(nextPath('/inbox/cnv_1?contact=a#last', ORIGIN)).toBe('/inbox/cnv_1?contact=a#last');
  expect(nextPath(`${ORIGIN}/billing?tab=plans`, ORIGIN)).toBe('/billing?tab=plans');
  expect(nextPath('/search?q=//evil.example', ORIGIN)).toBe('/search?q=//evil.example');
});

test.each([
  null, '', '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example', '/\n/evil.example', '\t//evil.example',
  ' //evil.example', '/.//evil.example', '/x/..//evil.example', '/%2e%2e//evil.example', 'https://evil.example/', 'https:evil.example',
  'http://lingxi.example/', 'https://lingxi.example:444/', 'https://lingxi.example@evil.example/', 'https://lingxi.example.evil.example/',
  'javascript:alert(1)', 'java\nscript:alert(1)', 'data:text/html,x', `blob:${ORIGIN}/x`, 'https://[',
])('sign-in leads to nobody else: %j', (wish) => {
  const path = nextPath(wish, ORIGIN);
  expect(new URL(path, ORIGIN).origin).toBe(ORIGIN);
  expect(path).not.toContain('evil.example/');
  expect(path).toMatch(/^\/(?![/\\])/);
});
