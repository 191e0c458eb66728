import { expect, test } from '@playwright/test';
import { createHmac } from 'node:crypto';
import { accessible, bareSite, newFirm, screen, visitor } from './harness.ts';

test('a long conversation opens at its newest messages, for both sides, with the older ones on request', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Long Insurance');
  await screen(page, 'Channels');
  const site = await bareSite(await page.getByTestId('snippet').innerText());
  const customer = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const shop = await customer.newPage();
  await shop.goto(site.url);
  await shop.getByRole('button', { name: 'Open the chat' }).click();
  const chat = shop.getByRole('dialog', { name: 'Chat' });
  await chat.getByLabel('Write your question…').fill('please let me talk to a person');
  await chat.getByLabel('Write your question…').press('Enter');
  await expect(chat.getByText('You are number 1.')).toBeVisible();
  const token = await shop.evaluate(() => localStorage.getItem(Object.keys(localStorage).find((key) => key.startsWith('lingxi.visitor.')) ?? ''));
  for (let number = 1; number <= 210; number += 1) {
    const data = { clientId: `m-${number}`, text: `line ${number}` };
    const post = (): Promise<number> => shop.request.post('/widget/v1/messages', { headers: { authorization: `Bearer ${token}` }, data }).then((answer) => answer.status());
    await expect.poll(post).toBe(200);
  }
  await shop.reload();
  await shop.getByRole('button', { name: 'Open the chat' }).click();
  await expect(chat.getByText('line 210', { exact: true })).toBeInViewport();
  await expect(chat.getByText('line 1', { exact: true })).toHaveCount(0);
  const earlier = chat.getByRole('button', { name: 'Earlier messages' });
  // Scrolling up asks by itself; while that fails there is the button.
  let asked = 0;
  await shop.route(/widget\/v1\/messages\?.*before=/, (route) => (asked += 1) && route.abort());
  await earlier.scrollIntoViewIfNeeded();
  await expect.poll(() => asked).toBe(1);
  await shop.screenshot({ path: 'test-results/screens/widget-earlier-en-US.png' });
  const top = chat.getByText('line 11', { exact: true });
  await expect(top).toBeInViewport();
  await shop.unrouteAll();
  await earlier.press('Enter');
  await expect(chat.getByText('line 1', { exact: true })).toHaveCount(1);
  await expect(chat.getByRole('log'), 'the keyboard stays in the log').toBeFocused();
  await expect(top, 'what was read stays where it is').toBeInViewport();
  await expect(earlier).toHaveCount(0);
  await accessible(shop);

  await screen(page, 'Inbox');
  await page.locator('.row-button').first().click();
  const thread = page.getByRole('log');
  await expect(thread.getByText('line 210', { exact: true })).toBeInViewport();
  await expect(thread.getByText('line 100', { exact: true })).toHaveCount(0);
  const older = thread.getByRole('button', { name: 'Earlier messages' });
  await older.focus();
  await page.screenshot({ path: 'test-results/screens/thread-earlier-en-US.png' });
  await older.press('Enter');
  await expect(thread.getByText('line 100', { exact: true })).toHaveCount(1);
  await accessible(page);
  site.server.close();
  await Promise.all([context.close(), customer.close()]);
});

test('who misses an offer is told so, whatever they are doing, and says when they are back', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Missed Insurance');
  await screen(page, 'Channels');
  const snippet = await page.getByTestId('snippet').innerText();
  const site = await bareSite(snippet);
  await page.getByLabel('Activity').click();
  await page.locator('.ant-select-item-option').filter({ hasText: 'Available' }).click();
  await screen(page, 'Contacts');
  const search = page.getByRole('searchbox').or(page.getByRole('textbox')).first();
  await search.focus();
  const shop = await context.newPage();
  await shop.goto(site.url);
  await shop.getByRole('button', { name: 'Open the chat' }).click();
  const chat = shop.getByRole('dialog', { name: 'Chat' });
  await chat.getByLabel('Write your question…').fill('please let me talk to a person');
  await chat.getByLabel('Write your question…').press('Enter');
  const offer = page.getByRole('dialog', { name: /New conversation/ });
  await expect(offer).toBeVisible();
  const other = await visitor(page.request, snippet.match(/data-key="([^"]+)"/)?.[1] ?? '');
  await other.say('o-1', 'please let me talk to a person');
  await expect(offer, 'each offer may be missed, so each is seen').toHaveCount(2);
  await expect(search, 'an offer takes no focus').toBeFocused();
  await page.screenshot({ path: 'test-results/screens/offer-en-US.png' });
  const missed = page.getByRole('dialog', { name: 'You missed an offer. Back?' });
  await expect(missed).toBeVisible({ timeout: 45_000 });
  await expect(offer).toHaveCount(0);
  await expect(search).toBeFocused();
  await expect(page.getByText('Paused: missed an offer')).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/missed-offer-en-US.png' });
  await missed.getByRole('button', { name: 'I am back' }).click();
  await expect(missed).toHaveCount(0);
  await expect(page.getByText('Paused: missed an offer')).toHaveCount(0);
  await expect(offer, 'the customers still wait').toHaveCount(2);
  await offer.first().getByRole('button', { name: 'Accept' }).click();
  await expect(offer).toHaveCount(1);
  await offer.getByRole('button', { name: 'Accept' }).click();
  await expect(chat.getByText('Olive Owner has joined the conversation.')).toBeVisible();
  site.server.close();
  await context.close();
});

test('after the page signs a person out, the next one sees and sends nothing of theirs', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Shared Insurance');
  await screen(page, 'Channels');
  const snippet = await page.getByTestId('snippet').innerText();
  await page.getByText('Signed-in customers').click();
  await page.getByRole('button', { name: 'Draw a new secret' }).click();
  await page.getByRole('dialog', { name: 'Draw a new secret?' }).getByRole('button', { name: 'OK' }).click();
  const secret = await page.getByTestId('secret').innerText();
  await page.getByRole('dialog').filter({ has: page.getByTestId('secret') }).getByRole('button', { name: 'OK' }).click();
  // One value does not fit; the chat opens all the same.
  const user = JSON.stringify({ id: 'ann', name: 'Ann Able', email: 'not a mail address' });
  const hash = createHmac('sha256', secret).update(user).digest('hex');
  const site = await bareSite(snippet.replace('async', `data-user='${user}' data-hash='${hash}' async`));
  const customer = await browser.newContext();
  const shop = await customer.newPage();
  let away = false;
  await shop.routeWebSocket(/widget\/v1\/socket/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      if (!away) server.send(message);
    });
  });
  await shop.goto(site.url);
  await shop.getByRole('button', { name: 'Open the chat' }).click();
  const chat = shop.getByRole('dialog', { name: 'Chat' });
  const field = chat.getByLabel('Write your question…');
  await field.fill('how do I cancel my policy');
  await field.press('Enter');
  await expect(chat.getByText('Within 15 days')).toBeVisible();
  away = true;
  await field.fill('my secret diagnosis');
  await field.press('Enter');
  await expect(chat.getByText('sending')).toBeVisible();
  await field.fill('my half-written secret');

  // The page signs Ann out without loading anew; then somebody else is at the browser.
  await shop.evaluate(() => {
    (document.activeElement as HTMLElement).blur();
    const tag = document.querySelector('script[data-key]') ?? document.querySelector('script[data-user]');
    tag?.removeAttribute('data-hash');
    tag?.removeAttribute('data-user');
  });
  away = false;
  await expect(chat.getByText('Within 15 days')).toHaveCount(0);
  await expect(chat.getByText('my secret diagnosis')).toHaveCount(0);
  await expect(field).toHaveValue('');
  await expect(field, 'the page keeps the focus').not.toBeFocused();
  await field.fill('how do I file a claim');
  await field.press('Enter');
  await expect(chat.getByText('within 48 hours')).toBeVisible();
  await expect(chat.getByText('Within 15 days')).toHaveCount(0);

  await screen(page, 'Contacts');
  await expect(page.getByRole('cell', { name: 'Ann Able' })).toHaveCount(1);
  await screen(page, 'Inbox');
  await expect(page.locator('.row-button')).toHaveCount(2);
  for (const row of await page.locator('.row-button').all()) {
    await row.click();
    await expect(page.getByRole('log')).toBeVisible();
    await expect(page.getByText('my secret diagnosis')).toHaveCount(0);
  }
  site.server.close();
  await Promise.all([context.close(), customer.close()]);
});
