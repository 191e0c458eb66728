import { createHmac } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { accessible, bareSite, mailed, newFirm, newOperator, screen } from './harness.ts';

const NEW_PASSWORD = 'another long password';

test('a forgotten password is set anew by the link of a mail', async ({ browser }) => {
  const { page, context, email } = await newFirm(browser, 'Forgetful Insurance');
  const guest = await browser.newContext();
  const entry = await guest.newPage();
  await entry.goto('/sign-in');
  await entry.getByRole('link', { name: 'Forgot your password?' }).click();
  await entry.getByLabel('E-mail').fill(email);
  await entry.getByRole('button', { name: 'Send the link' }).click();
  await expect(entry.getByRole('status')).toContainText('its operator can give you the link');

  await entry.goto(mailed(entry, email, 'reset-password'));
  await accessible(entry);
  await entry.getByLabel('Password').fill(NEW_PASSWORD);
  await entry.getByRole('button', { name: 'Set a new password' }).click();
  await expect(entry.getByRole('status')).toContainText('Your password is set');

  // Every session has ended; the new password signs in.
  await page.goto('/inbox');
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  await Promise.all([context.close(), guest.close()]);
});

test('an archive of all data is written and downloaded', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Archive Insurance');
  await screen(page, 'Settings');
  await page.getByRole('tab', { name: 'Data export' }).click();
  await page.getByRole('button', { name: 'Write an archive' }).click();
  const link = page.getByRole('link', { name: 'Download' });
  await expect(link).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/exports-en-US-light.png' });
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  expect(download.suggestedFilename()).toMatch(/^lingxi-exp_.*\.zip$/);
  expect(await download.failure()).toBeNull();
  await context.close();
});

test('a signed-in customer is known on every browser, by a proof of the firm', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Identity Insurance');
  await screen(page, 'Channels');
  const snippet = await page.getByTestId('snippet').innerText();
  await page.getByText('Signed-in customers').click();
  await page.getByRole('button', { name: 'Draw a new secret' }).click();
  await page.getByRole('dialog', { name: 'Draw a new secret?' }).getByRole('button', { name: 'OK' }).click();
  const secret = await page.getByTestId('secret').innerText();
  await page.getByRole('dialog').filter({ has: page.getByTestId('secret') }).getByRole('button', { name: 'OK' }).click();
  const hash = createHmac('sha256', secret).update('u-1').digest('hex');
  const user = JSON.stringify({ id: 'u-1', hash, name: 'Ada Lovelace', attributes: { policy_number: 'P-1' } });
  const site = await bareSite(snippet.replace('async', `data-user='${user}' async`));
  for (const visit of [1, 2]) {
    const customer = await browser.newContext();
    const shop = await customer.newPage();
    await shop.goto(site.url);
    await shop.getByRole('button', { name: 'Open the chat' }).click();
    const chat = shop.getByRole('dialog', { name: 'Chat' });
    if (visit === 1) {
      const field = chat.getByLabel('Write your question…');
      await field.fill('how do I cancel my policy');
      await field.press('Enter');
    }
    await expect(chat.getByText('Within 15 days')).toBeVisible();
    await customer.close();
  }
  await screen(page, 'Contacts');
  await expect(page.getByRole('cell', { name: 'Ada Lovelace' })).toHaveCount(1);
  site.server.close();
  await context.close();
});

test('an operator sees every firm, sets its quota, and suspends it', async ({ browser }) => {
  const firm = await newFirm(browser, 'Watched Insurance');
  const { page, context } = await newOperator(browser, 'Platform Operations', 'operator@lingxi.example');
  await page.getByPlaceholder('Name or id').fill('Watched');
  await page.keyboard.press('Enter');
  const row = page.getByRole('row', { name: /Watched Insurance/ });
  await expect(page.getByRole('row')).toHaveCount(2);
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/operator-tenants-en-US-light.png' });
  await row.getByRole('button', { name: 'Quota' }).click();
  const quota = page.getByRole('dialog', { name: 'Quota of Watched Insurance' });
  await quota.getByLabel('Active members').fill('5');
  await quota.getByRole('button', { name: 'OK' }).click();
  await expect(row.getByText('1 / 5')).toBeVisible();
  await row.getByRole('button', { name: 'Suspend' }).click();
  await page.getByRole('dialog', { name: /^Suspend/ }).getByRole('button', { name: 'OK' }).click();
  await expect(row.getByText('Suspended')).toBeVisible();
  await firm.page.goto('/inbox');
  await expect(firm.page.getByText('Your firm is suspended.', { exact: false })).toBeVisible();
  await row.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('dialog', { name: /^Resume/ }).getByRole('button', { name: 'OK' }).click();
  await expect(row.getByText('Active')).toBeVisible();
  for (const tab of ['Health', 'Dead letters']) {
    await page.getByRole('tab', { name: tab }).click();
    await expect(page.getByRole('tabpanel')).toBeVisible();
    await page.waitForLoadState('networkidle');
    await accessible(page);
    await page.screenshot({ path: `test-results/screens/operator-${tab.toLowerCase().replace(' ', '-')}-en-US-light.png` });
  }
  await Promise.all([context.close(), firm.context.close()]);
});
