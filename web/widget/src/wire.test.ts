import { expect, test } from 'vitest';
import type { Message } from './types.ts';
import { isSomebodyElses, merge, messageId, passes, personOf } from './wire.ts';

const message = (seq: number, text = ''): Message => ({
  id: `m${seq}`, conversationId: 'c', seq, author: 'bot', kind: 'text', text, choices: [], attachment: null, card: null, clientId: null, createdAt: '',
});

test('messages that come twice or late stand once and in order', () => {
  const known = [message(1), message(2)];
  expect(merge(known, [message(4), message(2), message(3)]).map((one) => one.seq)).toEqual([1, 2, 3, 4]);
});

test('message ids keep the order of writing and fit the wire', () => {
  const ids = [1_000, 2_000, 1_764_000_000_000].map((now) => messageId(now));
  expect([...ids].sort()).toEqual(ids);
  for (const id of ids) expect(id).toMatch(/^[\x21-\x7e]{1,64}$/);
});

test('a message is kept when its refusal passes, and given up when it does not', () => {
  expect(['LIMIT_EXCEEDED', 'INTERNAL', 'UNAVAILABLE', '429', '503'].every(passes)).toBe(true);
  expect(['INVALID', 'TOO_LARGE', 'FORBIDDEN', '413', '422'].some(passes)).toBe(false);
});

test('what a browser keeps of a person is nobody else\'s', () => {
  expect(isSomebodyElses('a', 'b')).toBe(true);
  expect(isSomebodyElses('a', '')).toBe(true);
  expect(isSomebodyElses('a', 'a')).toBe(false);
  expect(isSomebodyElses('', 'a')).toBe(false);
  expect(personOf({ id: 'x', hash: 'h', signed: '{"id":"c-1"}' })).toBe('c-1');
  expect(personOf(null)).toBe('');
});
