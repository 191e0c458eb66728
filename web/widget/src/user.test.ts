import { expect, test, vi } from 'vitest';
import { isSomebodyElses, personOf, readUser } from './user.ts';

test('a page gives its customer as an object, signed as a whole or by its id', () => {
  const signed = '{"id":"c-1","email":"n/a"}';
  expect(readUser({ user: signed, hash: 'h' })).toEqual({ id: 'c-1', hash: 'h', signed });
  expect(readUser({ user: '{"id":"c-1","hash":"h"}' })).toEqual({ id: 'c-1', hash: 'h' });
});

test('a page without a customer, or with one that is no object, has an anonymous one', () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  for (const user of [undefined, '', ' ']) expect(readUser({ user, hash: 'h' })).toBeNull();
  expect(said).not.toHaveBeenCalled();
  for (const user of ['5', '"c-1"', 'null', '[]', '{']) expect(readUser({ user, hash: 'h' })).toBeNull();
  expect(said).toHaveBeenCalledTimes(5);
  said.mockRestore();
});

test('what a browser keeps of a person is nobody else\'s', () => {
  expect(isSomebodyElses('a', 'b')).toBe(true);
  expect(isSomebodyElses('a', '')).toBe(true);
  expect(isSomebodyElses('a', 'a')).toBe(false);
  expect(isSomebodyElses('', 'a')).toBe(false);
  expect(personOf(readUser({ user: '{"id":"c-1"}', hash: 'h' }))).toBe('c-1');
  expect(personOf(readUser({ user: '{"id":7}', hash: 'h' })), 'kept as a text').toBe('7');
  expect(personOf(null)).toBe('');
});
