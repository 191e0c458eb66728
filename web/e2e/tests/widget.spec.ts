import { expect, test } from '@playwright/test';
import { bareSite, newFirm, screen } from './harness.ts';

test('a message written while offline is sent once, when the network is back', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Offline Insurance');
  await screen(page, 'Channels');
  const site = await bareSite(await page.getByTestId('snippet').innerText());
  const customer = await browser.newContext();
  const shop = await customer.newPage();
  await shop.goto(site.url);
  await shop.getByRole('button', { name: 'Open the chat' }).click();
  const chat = shop.getByRole('dialog', { name: 'Chat' });
  const field = chat.getByLabel('Write your question…');
  await field.fill('how do I cancel my policy');
  await field.press('Enter');
  await expect(chat.getByText('Within 15 days')).toBeVisible();

  // The page is reloaded while the network is away and a message waits.
  await customer.setOffline(true);
  await field.fill('how do I file a claim');
  await field.press('Enter');
  await expect(chat.getByText('sending')).toBeVisible();
  await customer.setOffline(false);
  await shop.reload();
  await shop.getByRole('button', { name: 'Open the chat' }).click();
  await expect(chat.getByText('within 48 hours')).toBeVisible();
  await expect(chat.getByText('how do I file a claim')).toHaveCount(1);
  await expect(chat.getByText('sending')).toHaveCount(0);

  site.server.close();
  await Promise.all([context.close(), customer.close()]);
});

test('Enter does not send while an input method is composing', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'IME Insurance');
  await screen(page, 'Channels');
  const site = await bareSite(await page.getByTestId('snippet').innerText());
  const shop = await context.newPage();
  await shop.goto(site.url);
  await shop.getByRole('button', { name: 'Open the chat' }).click();
  const chat = shop.getByRole('dialog', { name: 'Chat' });
  const field = chat.getByLabel('Write your question…');
  await field.fill('nihao');
  await field.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true });
  await expect(field).toHaveValue('nihao');
  await field.press('Enter');
  await expect(field).toHaveValue('');
  site.server.close();
  await context.close();
});
