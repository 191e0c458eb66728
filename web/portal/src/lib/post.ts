import { currentLocale } from './i18n.ts';

/** A refused field of a form. */
export type FieldError = { field: string; message: string };

/** What a request to the sign-in endpoints came to. */
export type Posted = { ok: true; body: Record<string, unknown> } | { ok: false; message: string; fields: FieldError[] };

type Problem = { detail?: string; errors?: FieldError[] };

/** Posts JSON; a refusal comes back with its fields, never as an exception. */
export async function post(path: string, body: unknown): Promise<Posted> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-language': currentLocale() },
      body: JSON.stringify(body),
    });
    if (response.ok) return { ok: true, body: (await response.json().catch(() => ({}))) as Record<string, unknown> };
    const problem = (await response.json().catch(() => ({}))) as Problem;
    return { ok: false, message: problem.detail ?? response.statusText, fields: problem.errors ?? [] };
  } catch (error) {
    return { ok: false, message: String(error), fields: [] };
  }
}
