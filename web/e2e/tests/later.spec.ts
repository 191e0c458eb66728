import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { accessible, newFirm, newOperator, signIn } from './harness.ts';

// What takes weeks is seen at a server whose clock is moved.
test.use({ baseURL: process.env.LATER_URL ?? '' });
test.skip(process.env.E2E_SHAPE === 'cluster' || process.env.E2E_URL !== undefined, 'the clock of one process is moved');

/** Lets days pass. */
function pass(days: number): void {
  const file = process.env.LATER_CLOCK ?? '';
  writeFileSync(file, `${Number(readFileSync(file, 'utf8')) + days * 86_400}`);
}

/** Chooses an entry of a list by its text. */
async function choose(page: Page, list: Locator, entry: string): Promise<void> {
  await list.click();
  await page.locator('.ant-select-dropdown:visible').getByTitle(entry).click();
}

/** Demands that a link leads to a PDF. */
async function isPdf(page: Page, link: Locator): Promise<void> {
  const answer = await page.request.get((await link.getAttribute('href')) ?? '');
  expect(answer.status()).toBe(200);
  expect((await answer.body()).subarray(0, 5).toString()).toBe('%PDF-');
}

test('a plan is made, used, billed, disputed, corrected and paid', async ({ browser }) => {
  test.setTimeout(180_000);
  const operator = await newOperator(browser, 'Platform Later', 'later@lingxi.example');
  const desk = operator.page;
  await desk.getByRole('tab', { name: 'Plans and meters' }).click();
  await desk.getByRole('heading', { name: /^Meters/ }).getByRole('button').click();
  let form = desk.getByRole('dialog');
  await form.getByLabel('Key').fill('claim');
  await form.getByLabel('Name (English)').fill('Claims');
  await form.getByLabel('One is called (English)').fill('claim');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByText('Which events does it count?')).toBeVisible();
  await form.getByLabel('Event type').fill('later.claim');
  await accessible(desk);
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(desk.getByRole('cell', { name: 'later.claim' })).toBeVisible();

  await desk.getByRole('heading', { name: /^Versions of plans/ }).getByRole('button').click();
  form = desk.getByRole('dialog');
  await form.getByLabel('Code').fill('claims-cny');
  await form.getByLabel('Name (English)').fill('Claims plan');
  await form.getByLabel('Firms can choose it themselves').check();
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByText('A plan charges for something.')).toBeVisible();
  await form.getByRole('button', { name: 'Add a charge' }).click();
  await form.getByRole('button', { name: 'Add a charge' }).click();
  const [fee, claims] = [form.locator('.ant-card').nth(0), form.locator('.ant-card').nth(1)];
  await fee.getByLabel('Key').fill('base');
  await choose(desk, fee.getByRole('combobox', { name: 'Price model' }), 'Flat');
  await fee.getByLabel('Line of the bill (English)').fill('Base');
  await fee.getByLabel('Price', { exact: true }).fill('100');
  await claims.getByLabel('Key').fill('claim');
  await choose(desk, claims.getByRole('combobox', { name: 'Price model' }), 'Graduated');
  await choose(desk, claims.getByRole('combobox', { name: 'Meter' }), 'Claims (claim)');
  await claims.getByLabel('Line of the bill (English)').fill('Claims handled');
  await claims.getByLabel('Up to').fill('2');
  await claims.getByLabel('Price', { exact: true }).fill('20');
  await claims.getByRole('button', { name: 'Add a tier' }).click();
  await claims.getByLabel('Price', { exact: true }).nth(1).fill('20');
  await accessible(desk);
  await desk.screenshot({ path: 'test-results/screens/operator-plan-form.png' });
  await form.getByRole('button', { name: 'Save' }).click();
  const made = desk.getByRole('row', { name: /claims-cny\/1/ });
  await expect(made).toBeVisible();
  await made.getByRole('button', { name: 'Expand row' }).click();
  await expect(desk.getByText('to 2: 20 each, 0 once')).toBeVisible();
  await desk.screenshot({ path: 'test-results/screens/operator-plan-made.png', fullPage: true });

  const { page, context, email } = await newFirm(browser, 'Later Insurance');
  await page.goto('/billing?tab=plan');
  const card = page.locator('.ant-card').filter({ hasText: 'Claims plan' });
  await card.getByRole('button', { name: 'Choose' }).click();
  await page.getByRole('radio', { name: 'Now' }).click();
  await page.getByRole('button', { name: 'OK' }).click();
  await expect(card.getByText('Current plan')).toBeVisible();
  for (const id of ['1', '2', '3']) {
    const sent = await page.request.post('/v1/events', {
      headers: { 'content-type': 'application/cloudevents+json' },
      data: JSON.stringify({ specversion: '1.0', id, source: 'claims', type: 'later.claim', subject: `claim-${id}`, data: { value: '1' } }),
    });
    expect(sent.status()).toBe(200);
  }
  await page.goto('/billing');
  await expect(page.getByRole('row', { name: /Claims handled/ })).toContainText('¥60.00');

  // The month ends, and so does the grace.
  pass(10);
  await page.goto('/billing?tab=invoices');
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole('button', { name: /^LX-/ })).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expect(page.getByText('Open', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: /^LX-/ }).click();
  const invoice = page.getByRole('dialog').first();
  await expect(invoice.getByRole('row', { name: /Claims handled/ })).toContainText('¥60.00');
  await isPdf(page, invoice.getByRole('link', { name: 'PDF (Chinese)' }));
  await isPdf(page, invoice.getByRole('link', { name: 'PDF (English)' }));
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/billing-invoice.png' });
  await invoice.getByRole('button', { name: 'Evidence: Claims handled' }).click();
  const evidence = page.getByRole('dialog').filter({ hasText: 'claim-2' });
  await evidence.getByRole('row', { name: /claim-2/ }).getByRole('button', { name: 'Dispute' }).click();
  await page.getByLabel('What is wrong with this unit?').fill('this claim was handled by us');
  await page.getByRole('button', { name: 'OK' }).click();
  await expect(page.getByText('Your dispute was sent; we will answer soon.')).toBeVisible();
  await page.screenshot({ path: 'test-results/screens/billing-evidence.png' });

  // Finance decides, takes a part back, and notes the transfer of the rest.
  await desk.getByRole('tab', { name: 'Billing' }).click();
  await desk.reload();
  await desk.getByRole('tab', { name: 'Billing' }).click();
  await desk.getByRole('table', { name: 'Open disputes' }).getByRole('button', { name: 'Accept' }).click();
  await desk.getByRole('textbox', { name: 'Answer to the firm' }).fill('you are right');
  await desk.getByRole('button', { name: 'OK' }).click();
  await expect(desk.getByRole('table', { name: 'Open disputes' })).toBeHidden();
  const bill = desk.getByRole('table', { name: 'Invoices of all firms' }).getByRole('row', { name: /Later Insurance/ });
  await bill.getByRole('button', { name: 'Take back' }).click();
  await desk.getByRole('dialog').getByRole('spinbutton', { name: 'Amount' }).fill('10');
  await desk.getByRole('dialog').getByRole('textbox', { name: 'Reason' }).fill('as agreed');
  await desk.getByRole('dialog').getByRole('button', { name: 'OK' }).click();
  await expect(desk.getByRole('dialog')).toBeHidden();
  await bill.getByRole('button', { name: 'Record transfer' }).click();
  await desk.getByRole('dialog').getByRole('textbox', { name: 'Bank reference' }).fill('B-1');
  await desk.getByRole('dialog').getByRole('button', { name: 'OK' }).click();
  await expect(bill).toContainText('Paid');
  await expect(desk.getByRole('table', { name: 'Payments' })).toContainText('Bank transfer');
  await accessible(desk);
  await desk.screenshot({ path: 'test-results/screens/operator-invoices.png', fullPage: true });

  await page.goto('/billing?tab=disputes');
  await expect(page.getByRole('row', { name: /claim-2/ })).toContainText('you are right');
  await page.goto('/billing?tab=invoices');
  await page.getByRole('button', { name: /^LX-/ }).click();
  await expect(invoice.getByText(/LX-CN-000001 .* as agreed/)).toBeVisible();
  await isPdf(page, invoice.getByRole('link', { name: 'PDF', exact: true }));
  await invoice.getByRole('button', { name: 'Request a fapiao' }).click();
  const asking = page.getByRole('dialog', { name: 'Request a fapiao' });
  await expect(asking.getByLabel('Name on it')).toHaveValue('Later Insurance');
  await asking.getByRole('button', { name: 'Request a fapiao' }).click();
  await expect(invoice.getByText('Requested')).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/billing-invoice-paid.png' });
  await desk.reload();
  await desk.getByRole('tab', { name: 'Billing' }).click();
  await desk.getByRole('table', { name: 'Fapiao' }).getByRole('button', { name: 'Record number' }).click();
  await desk.getByRole('textbox', { name: 'Number that it got' }).fill('24112000000012345678');
  await desk.getByRole('button', { name: 'OK' }).click();
  await page.goto('/billing?tab=invoices');
  await page.getByRole('button', { name: /^LX-/ }).click();
  await expect(invoice.getByText('24112000000012345678')).toBeVisible();

  // What was disputed comes back on the next invoice. Meanwhile the sign-in has expired.
  pass(31);
  await expect(async () => {
    await page.goto('/sign-in');
    await expect(page.getByLabel('Password')).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await signIn(page, email);
  await expect(async () => {
    await page.goto('/billing?tab=invoices');
    await expect(page.getByRole('button', { name: /^LX-/ })).toHaveCount(2, { timeout: 2_000 });
  }).toPass();
  await page.getByRole('button', { name: /^LX-/ }).first().click();
  await expect(invoice.getByRole('row', { name: /Adjustment/ })).toContainText(/-.*20\.00/);
  await page.screenshot({ path: 'test-results/screens/billing-invoice-adjusted.png' });
  await context.close();
  await operator.context.close();
});
