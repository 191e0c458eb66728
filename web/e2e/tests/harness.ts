import AxeBuilder from '@axe-core/playwright';
import { execSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type APIRequestContext, type Browser, type BrowserContext, type Page } from '@playwright/test';

const PASSWORD = 'correct horse battery';

/** A fresh address for every firm. */
function address(name: string): string {
  return `${name}-${Date.now().toString(36)}${Math.floor(Math.random() * 1e6)}@example.com`;
}

/** Signs a new firm up in a browser of its own. */
export async function newFirm(browser: Browser, firm: string, email = address('owner')): Promise<{ context: BrowserContext; page: Page; email: string }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto('/sign-up');
  await page.getByLabel('Firm').fill(firm);
  await page.getByLabel('Your name').fill('Olive Owner');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await expect(page.getByRole('heading', { name: 'Hello Olive Owner' })).toBeVisible();
  return { context, page, email };
}

/** Signs somebody in whom `newFirm` signed up; a link may lead on to another screen. */
export async function signIn(page: Page, email: string, next = '/', heading = 'Hello Olive Owner'): Promise<void> {
  await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: heading })).toBeVisible();
}

/** Opens a screen of the portal by its menu entry. */
export async function screen(page: Page, name: string): Promise<void> {
  await page.getByRole('menuitem', { name, exact: true }).click();
  await expect(page.getByRole('heading', { name, exact: true, level: 1 })).toBeVisible();
}

/** Demands that a page has no serious or critical accessibility finding. */
export async function accessible(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter((violation) => violation.impact === 'serious' || violation.impact === 'critical');
  expect.soft(grave.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
}

/** A firm's own bare page, on an origin of its own, with the snippet in it. */
export async function bareSite(snippet: string): Promise<{ url: string; server: Server }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><head><title>Shop</title></head><body><main><h1>Our firm</h1></main>${snippet}</body></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

/** A message as the widget's wire gives it. */
type Said = { author: string; text: string; choices?: { value: string; label: string }[] };

/** A customer of a browser of their own, over the widget's wire. */
export async function visitor(request: APIRequestContext, key: string): Promise<{ say: (id: string, text: string, choice?: string) => Promise<void>; said: () => Promise<Said[]> }> {
  const opened = (await (await request.post('/widget/v1/open', { data: { key, locale: 'en-US' } })).json()) as { token: string };
  const headers = { authorization: `Bearer ${opened.token}` };
  return {
    say: async (id, text, choice) => {
      await request.post('/widget/v1/messages', { headers, data: { clientId: id, text, choice } });
    },
    said: async () => {
      const said = (await (await request.get('/widget/v1/messages', { headers })).json()) as Said[] | { messages: Said[] };
      return Array.isArray(said) ? said : said.messages;
    },
  };
}

/** The firm of somebody who operates the platform, at the platform's page. The address is one of the settings. */
export async function newOperator(browser: Browser, firm: string, email: string): ReturnType<typeof newFirm> {
  const operator = await newFirm(browser, firm, email);
  await expect(operator.page.getByRole('menuitem', { name: 'Platform' })).toHaveCount(0);
  await operator.page.goto(mailed(operator.page, email, 'verify-email'));
  await secondFactor(operator.page);
  await operator.page.getByRole('link', { name: 'Go on' }).click();
  await screen(operator.page, 'Platform');
  return operator;
}

/** The link of the newest mail to an address, as the operator of an installation without a mail server reads it at the shell. */
export function mailed(page: Page, email: string, to: string): string {
  const later = page.url().startsWith(process.env.LATER_URL ?? 'none');
  const printed = execSync(`${later ? process.env.LATER_MAILS : process.env.E2E_MAILS} --last 1 --to ${email}`, { encoding: 'utf8' });
  const link = printed.split(/\s+/).find((word) => word.includes(`/${to}?token=`));
  if (!link) throw new Error(`no link to ${to} for ${email}: ${printed}`);
  const { pathname, search } = new URL(link);
  return new URL(page.url()).origin + pathname + search;
}

/** Turns the second factor of whoever is signed in on, as an authenticator app would (RFC 6238). */
async function secondFactor(page: Page): Promise<void> {
  const ask = async (query: string): Promise<{ data: Record<string, { setup: { secret: string }; status: string }> }> =>
    (await (await page.request.post('/graphql', { data: { query } })).json()) as never;
  const { data } = await ask('mutation { beginTotp { status setup { secret } } }');
  const bits = [...(data.beginTotp?.setup.secret ?? '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const later = page.url().startsWith(process.env.LATER_URL ?? 'none');
  const ahead = later ? Number(readFileSync(process.env.LATER_CLOCK ?? '', 'utf8')) : 0;
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor((Date.now() / 1000 + ahead) / 30)));
  const hash = createHmac('sha1', key).update(step).digest();
  const code = ((hash.readUInt32BE((hash[19] ?? 0) & 15) & 0x7fffffff) % 1_000_000).toString().padStart(6, '0');
  const set = await ask(`mutation { setTotp(enabled: true, code: "${code}") { status } }`);
  expect(set.data.setTotp?.status).toBe('OK');
}
