import { expect, test, type Browser, type Page } from '@playwright/test';
import { accessible, bareSite, newFirm, screen } from './harness.ts';

/** A customer on the firm's own page, with the chat open. */
async function customer(browser: Browser, snippet: string) {
  const site = await bareSite(snippet);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(site.url);
  await page.getByRole('button', { name: 'Open the chat' }).click();
  const chat = page.getByRole('dialog', { name: 'Chat' });
  return { page, chat, field: chat.getByLabel('Write your question…'), end: () => Promise.all([context.close(), Promise.resolve(site.server.close())]) };
}

async function snippetOf(page: Page): Promise<string> {
  await screen(page, 'Channels');
  return page.getByTestId('snippet').innerText();
}

/** Opens the conversation of the newest customer. */
async function openFirst(page: Page): Promise<void> {
  await screen(page, 'Inbox');
  await page.locator('.row-button').first().click();
}

test('a supervisor takes a waiting task, sends a file and a card, notes what is known, and snoozes', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Desk Insurance');
  const one = await customer(browser, await snippetOf(page));
  await one.field.fill('please let me talk to a person');
  await one.field.press('Enter');
  await expect(one.chat.getByText('You are number 1.')).toBeVisible();

  // Nobody is available: the supervisor gives the task to herself.
  await openFirst(page);
  await page.getByRole('button', { name: 'Assign', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Assign' });
  await dialog.getByLabel('Worker').click();
  await page.getByText(/^Olive Owner · Offline · 0 \/ 3$/).click();
  await dialog.getByRole('button', { name: 'OK' }).click();
  await expect(one.chat.getByText('Olive Owner has joined the conversation.')).toBeVisible();

  // A file and a card.
  await page.locator('input[type=file]').setInputFiles({ name: 'terms.txt', mimeType: 'text/plain', buffer: Buffer.from('your terms') });
  await expect(one.chat.getByRole('link', { name: 'terms.txt' })).toBeVisible();
  const download = await one.page.request.get((await one.chat.getByRole('link', { name: 'terms.txt' }).getAttribute('href')) ?? '');
  expect(await download.text()).toBe('your terms');
  await page.getByRole('button', { name: 'Send a card' }).click();
  const card = page.getByRole('dialog', { name: 'Send a card' });
  await card.getByLabel('Title').fill('Your policy P-1');
  await card.getByLabel('Link text').fill('Open it');
  await card.getByLabel('Address').fill('http://insecure.example');
  await card.getByRole('button', { name: 'Send' }).click();
  await expect(card.getByText('An address starts with https://.')).toBeVisible();
  await card.getByLabel('Address').fill('https://example.com/policy');
  await card.getByRole('button', { name: 'Send' }).click();
  await expect(one.chat.getByText('Your policy P-1')).toBeVisible();
  await expect(one.chat.getByRole('link', { name: 'Open it' })).toHaveAttribute('href', 'https://example.com/policy');
  await accessible(one.page);
  await one.page.screenshot({ path: 'test-results/screens/widget-card-en-US.png' });

  // What the firm knows of the customer.
  const panel = page.getByRole('region', { name: 'Customer' });
  await panel.getByRole('button', { name: 'Add an attribute' }).click();
  await panel.getByPlaceholder('Name').fill('policy_number');
  await panel.getByPlaceholder('Value').fill('P-1');
  await panel.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved')).toBeVisible();
  await page.screenshot({ path: 'test-results/screens/thread-en-US-light.png' });
  await page.reload();
  await expect(panel.getByPlaceholder('Value')).toHaveValue('P-1');

  // Out of sight until tomorrow.
  await page.getByRole('button', { name: /^Snooze/ }).click();
  await page.getByRole('menuitem', { name: 'Tomorrow at 9:00' }).click();
  await expect(page.getByText('Snoozed', { exact: false }).first()).toBeVisible();
  await one.end();
  await context.close();
});

test('two contacts that are one person are merged', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Merge Insurance');
  const snippet = await snippetOf(page);
  const [one, two] = [await customer(browser, snippet), await customer(browser, snippet)];
  for (const [who, words] of [[one, 'how do I cancel my policy'], [two, 'when is my claim paid']] as const) {
    await who.field.fill(words);
    await who.field.press('Enter');
    await expect(who.chat.getByRole('button', { name: 'Solved', exact: true })).toBeVisible();
  }
  await openFirst(page);
  const panel = page.getByRole('region', { name: 'Customer' });
  await panel.getByRole('button', { name: 'Merge' }).click();
  const dialog = page.getByRole('dialog', { name: /^Merge somebody into/ });
  await dialog.getByLabel('The other contact').click();
  await page.locator('.ant-select-item-option').first().click();
  await accessible(page);
  await dialog.getByRole('button', { name: 'Merge' }).click();
  await expect(page.getByText('Merged')).toBeVisible();
  await expect(panel.getByRole('listitem').filter({ hasText: 'Pending' })).toHaveCount(1);

  // Every identity leads to this one person.
  const identities = panel.getByRole('region', { name: 'Identities' });
  await identities.getByRole('textbox', { name: 'Add an identity' }).fill('u-1');
  await identities.getByRole('textbox', { name: 'Add an identity' }).press('Enter');
  await expect(identities.getByText('External id: u-1')).toBeVisible();
  await identities.getByLabel('Kind').click();
  await page.locator('.ant-select-item-option').filter({ hasText: 'Phone' }).click();
  await identities.getByRole('textbox', { name: 'Add an identity' }).fill('13800000000');
  await identities.getByRole('button', { name: 'Add an identity' }).click();
  await expect(page.getByText('Give the number with its country code')).toBeVisible();
  await identities.getByRole('textbox', { name: 'Add an identity' }).fill('+86 138 0000 0000');
  await identities.getByRole('button', { name: 'Add an identity' }).click();
  await expect(identities.getByText('Phone: +8613800000000')).toBeVisible();
  await identities.getByRole('button', { name: 'Remove u-1' }).click();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/identities-en-US-light.png' });
  await page.getByRole('tooltip').getByRole('button', { name: 'OK' }).click();
  await expect(identities.getByText('u-1')).toHaveCount(0);
  await screen(page, 'Contacts');
  await expect(page.getByRole('row')).toHaveCount(2);
  await expect(page.getByRole('cell', { name: '+8613800000000' })).toBeVisible();
  await Promise.all([one.end(), two.end(), context.close()]);
});

test('while the firm is closed the widget asks how to reach the customer', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Closed Insurance');
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date());
  const closed = await page.request.post('/graphql', {
    data: { query: `mutation { setBusinessHours(input: { weekly: [], holidays: [{ date: "${today}", name: "closed" }] }) { status } }` },
  });
  expect(((await closed.json()) as { data: { setBusinessHours: { status: string } } }).data.setBusinessHours.status).toBe('OK');
  const one = await customer(browser, await snippetOf(page));
  const form = one.chat.getByRole('form', { name: 'Leave a message' });
  await expect(form).toBeVisible();
  await accessible(one.page);
  await one.page.screenshot({ path: 'test-results/screens/widget-offline-form-en-US.png' });
  await form.getByLabel('E-mail').fill('nowhere');
  await form.getByLabel('Your question').fill('please let me talk to a person');
  await form.getByRole('button', { name: 'Leave a message' }).click();
  await expect(form.getByText('This is no mail address')).toBeVisible();
  await form.getByLabel('Your name').fill('Ada Lovelace');
  await form.getByLabel('E-mail').fill('ada@example.com');
  await form.getByRole('button', { name: 'Leave a message' }).click();
  await expect(one.chat.getByText('We are closed at the moment.', { exact: false })).toBeVisible();
  await expect(form).toHaveCount(0);
  await screen(page, 'Contacts');
  await expect(page.getByRole('cell', { name: 'ada@example.com' })).toBeVisible();
  await one.end();
  await context.close();
});
