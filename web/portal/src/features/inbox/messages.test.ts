import { expect, test } from 'vitest';
import { joined } from './messages.ts';

const page = (first: number, last: number): { seq: number }[] => Array.from({ length: last - first + 1 }, (_, at) => ({ seq: first + at }));

test('pages of a conversation are joined, each message once and in order', () => {
  expect(joined(page(101, 200), page(102, 201))).toEqual(page(101, 201));
  expect(joined(page(1, 100), page(101, 201))).toEqual(page(1, 201));
});

test('a message that is read again is the newer one', () => {
  expect(joined([{ seq: 1, text: 'old' }], [{ seq: 1, text: 'new' }])).toEqual([{ seq: 1, text: 'new' }]);
});

test('nothing is left out in the middle: what stands before a gap is asked for again', () => {
  expect(joined(page(1, 100), page(151, 250))).toEqual(page(151, 250));
});
