import { expect, test } from '@playwright/test';
import { accessible, newFirm, newOperator, screen } from './harness.ts';

test('a firm sees what it uses, chooses a plan and sets its limits', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Billing Insurance');
  // An integrator's key sends calls of its own; those of Lingxi itself are counted by themselves.
  const send = await page.request.post('/v1/events', {
    headers: { 'content-type': 'application/cloudevents+json' },
    data: JSON.stringify({ specversion: '1.0', id: '1', source: 'test', type: 'nobody.counts', data: {} }),
  });
  expect(send.status()).toBe(422);
  expect(((await send.json()) as { reason: string }).reason).toContain('No meter counts');

  await screen(page, 'Usage and bill');
  await expect(page.getByText('so far')).toBeVisible();
  await expect(page.getByRole('table', { name: 'Lines of the bill' })).toBeVisible();
  await page.getByRole('button', { name: 'Evidence: API calls' }).click();
  await expect(page.getByText('No usage in this time')).toBeVisible();
  await page.keyboard.press('Escape');
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/billing-bill.png', fullPage: true });

  await page.getByRole('tab', { name: 'Plan' }).click();
  await expect(page.getByText('Current plan')).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/billing-plans.png', fullPage: true });
  const growth = page.locator('.ant-card').filter({ hasText: 'Growth' }).filter({ hasText: 'Prices' }).first();
  await growth.getByRole('button', { name: 'Prices' }).click();
  await expect(growth.getByText('Base fee: 79 USD a month')).toBeVisible();
  await growth.getByRole('button', { name: 'Choose' }).click();
  await page.getByRole('radio', { name: 'Now' }).click();
  await page.getByRole('button', { name: 'OK' }).click();
  await expect(page.getByText('Trial until')).toBeVisible();

  await page.getByRole('tab', { name: 'Alerts and caps' }).click();
  await page.getByLabel('Cap at').fill('25');
  await page.getByRole('button', { name: 'Add a limit' }).click();
  await page.getByRole('combobox', { name: 'Meter' }).click();
  await page.getByTitle('Messages (message)').click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved').first()).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/billing-limits.png', fullPage: true });

  await page.getByRole('tab', { name: 'Bill to' }).click();
  await page.getByLabel('Legal name').fill('Billing Insurance Ltd');
  await page.getByRole('combobox', { name: 'Country' }).click();
  await page.getByTitle('Germany').click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.reload();
  await page.getByRole('tab', { name: 'Bill to' }).click();
  await expect(page.getByLabel('Legal name')).toHaveValue('Billing Insurance Ltd');

  for (const tab of ['Usage', 'Invoices', 'Wallet and payments', 'Disputes']) {
    await page.getByRole('tab', { name: tab }).click();
    await page.waitForLoadState('networkidle');
    await accessible(page);
    await page.screenshot({ path: `test-results/screens/billing-${tab.toLowerCase().replaceAll(' ', '-')}.png`, fullPage: true });
  }
  await context.close();
});

test('a firm leaves a card, fills its wallet, and gets part of it back', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Paying Insurance');
  await page.goto('/billing?tab=wallet');
  await expect(page.getByText('No card on file')).toBeVisible();
  await page.getByRole('button', { name: 'Add a card' }).click();
  // The provider's own page.
  await expect(page.getByRole('heading', { name: 'Fake payment' })).toBeVisible();
  await page.getByRole('button', { name: 'Pay' }).click();
  await expect(page.getByText('VISA •••• 4242')).toBeVisible();
  await accessible(page);

  await page.getByLabel('Amount').fill('50');
  await page.getByRole('button', { name: 'Top up' }).click();
  await expect(page.getByText('wallet top-up')).toBeVisible();
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page.getByText('Nothing was paid.')).toBeVisible();
  await page.getByLabel('Amount').fill('80');
  await page.getByRole('button', { name: 'Top up' }).click();
  await page.getByRole('button', { name: 'Pay' }).click();
  await expect(page.getByText('Thank you, the payment is there.')).toBeVisible();
  await expect(page.getByText('$80.00').first()).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/billing-paid.png', fullPage: true });

  const operator = await newOperator(browser, 'Platform Refunds', 'refunds@lingxi.example');
  await operator.page.getByRole('tab', { name: 'Billing' }).click();
  const payments = operator.page.getByRole('table', { name: 'Payments' });
  const row = payments.getByRole('row').filter({ hasText: '$80.00' });
  await row.getByRole('button', { name: 'Refund' }).click();
  const dialog = operator.page.getByRole('dialog');
  await dialog.getByRole('spinbutton', { name: 'Amount' }).fill('30');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('paid too much');
  await dialog.getByRole('button', { name: 'OK' }).click();
  await expect(row).toContainText('$30.00');
  await accessible(operator.page);
  await operator.page.screenshot({ path: 'test-results/screens/operator-payments.png', fullPage: true });
  await operator.context.close();

  await page.getByRole('button', { name: 'Manage cards' }).click();
  await page.getByRole('button', { name: 'Remove all and go back' }).click();
  await expect(page.getByText('No card on file')).toBeVisible();
  await expect(page.getByText('$50.00').first()).toBeVisible();
  await context.close();
});

test('an operator adds a meter, a firm uses it, and everything adds up', async ({ browser }) => {
  const operator = await newOperator(browser, 'Platform Finance', 'finance@lingxi.example');
  await operator.page.getByRole('tab', { name: 'Plans and meters' }).click();
  await expect(operator.page.getByText('starter-usd/1')).toBeVisible();
  await accessible(operator.page);
  await operator.page.screenshot({ path: 'test-results/screens/operator-catalog-en-US-light.png' });
  await operator.page.getByRole('heading', { name: /^Meters/ }).getByRole('button').click();
  const form = operator.page.getByRole('dialog');
  await form.getByLabel('Key').fill('claim');
  await form.getByLabel('Name (English)').fill('Claims');
  await form.getByLabel('One is called (English)').fill('claim');
  await form.getByLabel('Event type').fill('e2e.claim');
  await form.getByLabel('Dimensions').fill('line');
  await form.getByLabel('Dimensions').press('Enter');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(operator.page.getByRole('cell', { name: 'e2e.claim' })).toBeVisible();

  const { page, context } = await newFirm(browser, 'Metered Insurance');
  const event = (id: string, value: string, line: string): unknown => ({ specversion: '1.0', id, source: 'claims', type: 'e2e.claim', subject: `case-${id}`, data: { value, line } });
  await expect(async () => {
    const sent = await page.request.post('/v1/events', {
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      data: JSON.stringify([event('1', '2.5', 'motor'), event('2', '4', 'home')]),
    });
    expect(sent.status()).toBe(200);
  }).toPass();
  await screen(page, 'Usage and bill');
  await page.getByRole('tab', { name: 'Usage', exact: true }).click();
  await page.getByRole('combobox', { name: 'Meter' }).click();
  await page.getByTitle('Claims').click();
  await expect(page.getByRole('cell', { name: '6.5 claim' })).toBeVisible();
  await page.getByRole('combobox', { name: 'By dimension' }).click();
  await page.getByTitle('line', { exact: true }).click();
  await expect(page.getByRole('cell', { name: 'motor' })).toBeVisible();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download CSV' }).click()]);
  expect(file.suggestedFilename()).toBe('usage.csv');
  await accessible(page);
  await context.close();

  await operator.page.getByRole('tab', { name: 'Billing' }).click();
  await operator.page.getByRole('button', { name: 'Compare now' }).click();
  await expect(operator.page.getByText(/0 differences/)).toBeVisible();
  await accessible(operator.page);
  await operator.page.screenshot({ path: 'test-results/screens/operator-billing-en-US-light.png' });
  await operator.context.close();
});
