import type { User } from './types.ts';

/**
 * The signed-in customer of the page's `data-user`, a JSON object; what is none is left out. Where the page has a
 * `data-hash` too, that signs the whole text.
 */
export function readUser({ user: text, hash }: { user?: string; hash?: string }): User | null {
  if (!text?.trim()) return null;
  try {
    const user = JSON.parse(text) as User;
    if (Object.prototype.toString.call(user) === '[object Object]') return hash ? { id: String(user.id), hash, signed: text } : user;
  } catch {
    // Said below.
  }
  console.error('Lingxi: data-user is no JSON object; the customer is anonymous.');
  return null;
}

/** Whose id a signed-in customer has; an empty text for nobody. */
export function personOf(user: User | null): string {
  return String(user?.id ?? '');
}

/** Whether what a browser keeps is somebody else's: of a person who is signed out or another by now. */
export function isSomebodyElses(kept: string, now: string): boolean {
  return kept !== '' && kept !== now;
}
