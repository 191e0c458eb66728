import { expect, test, vi } from 'vitest';
import type { Message, User } from './types.ts';
import { merge, messageId, passes, Wire } from './wire.ts';

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

test('the next person of a browser opens the chat without what the one before left', async () => {
  const storage = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => storage.set(key, value),
    removeItem: (key: string) => storage.delete(key),
  });
  vi.stubGlobal('WebSocket', Object.assign(class { close(): void {} }, { OPEN: 1 }));
  const opened: { token: string | null; user: User | null }[] = [];
  vi.stubGlobal('fetch', (_: string, init: { body: string }) => {
    opened.push(JSON.parse(init.body) as (typeof opened)[number]);
    return Promise.resolve(Response.json({ token: `token-${opened.length}`, contact: 'c', firm: 'f', settings: {}, open: true, known: true }));
  });
  const ann: User = { id: 'ann', hash: 'h', signed: '{"id":"ann"}' };
  const visits: [User | null, string | null][] = [[null, null], [ann, 'token-1'], [ann, 'token-2'], [null, null], [ann, 'token-4'], [{ id: 'bob', hash: 'h' }, null]];
  for (const [user, token] of visits) {
    const wire = new Wire('https://lingxi.example', 'key', user, () => 'en-US', () => undefined);
    await wire.start();
    expect(opened.at(-1), 'who was anonymous keeps their chat when they sign in').toMatchObject({ token, user });
    wire.stop();
    await wire.send('too late');
    expect(wire.state.waiting).toEqual([]);
  }
  vi.unstubAllGlobals();
});

/** A network that answers when a test says so. */
function slowly(): { asked: string[]; answer: (body: object) => void } {
  const asked: string[] = [];
  const open: ((response: Response) => void)[] = [];
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(address);
    return new Promise<Response>((resolve) => open.push(resolve));
  });
  return { asked, answer: (body) => open.shift()?.(Response.json(body)) };
}

test('a file that has come up after its person was signed out is not sent', async () => {
  const { answer } = slowly();
  const wire = new Wire('https://lingxi.example', 'key', { id: 'ann', hash: 'h' }, () => 'en-US', () => undefined);
  const upload = wire.upload(new File(['x'], 'scan.png'));
  wire.stop();
  answer({ id: 'fil_1' });
  await upload;
  expect(wire.state.waiting).toEqual([]);
  vi.unstubAllGlobals();
});

test('earlier messages are asked for once at a time, and stand before the others', async () => {
  const { asked, answer } = slowly();
  const wire = new Wire('https://lingxi.example', 'key', null, () => 'en-US', () => undefined);
  wire.state = { ...wire.state, messages: [message(3)], older: true };
  const both = [wire.earlier(), wire.earlier()];
  answer({ messages: [message(1), message(2)], older: false });
  await Promise.all(both);
  await wire.earlier();
  expect(asked).toEqual(['https://lingxi.example/widget/v1/messages?conversation=c&before=3']);
  expect(wire.state.messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  vi.unstubAllGlobals();
});
