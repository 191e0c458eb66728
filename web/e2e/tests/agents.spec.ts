import { expect, test } from '@playwright/test';
import { accessible, newFirm, screen, signIn, visitor } from './harness.ts';

test('an agent sees where links lead, and takes what nobody answered before it is resolved, on a phone as well', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Pocket Insurance');
  await screen(page, 'Channels');
  const key = /data-key="([^"]+)"/.exec(await page.getByTestId('snippet').innerText())?.[1] ?? '';
  const customer = await visitor(page.request, key);
  await customer.say('1', 'please let me talk to a person');
  await customer.say('2', 'it is [the bank](https://bank.example@elsewhere.example/login) that asks');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/inbox');
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeInViewport({ ratio: 1 });
  await page.locator('.row-button').first().click();

  // The thread has the screen for itself, down to the field.
  const log = page.getByRole('log');
  await expect(log.getByText('(elsewhere.example)')).toBeInViewport();
  await expect(log.getByRole('link', { name: 'the bank' })).toHaveAttribute('rel', 'noopener noreferrer nofollow');
  await expect(page.getByRole('textbox', { name: 'Reply' })).toBeInViewport();
  await expect(page.getByRole('region', { name: 'Conversations' })).toBeHidden();
  expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing is wider than the screen').toBe(390);
  await accessible(page);

  // Nobody has answered: no button to resolve, and the shortcut says why.
  await expect(page.getByRole('button', { name: 'Resolve' })).toHaveCount(0);
  await page.keyboard.press('Alt+KeyE');
  await expect(page.getByText('take the conversation first')).toBeVisible();

  // A note that is being written stays one.
  await page.getByText('Note', { exact: true }).click();
  await page.getByRole('textbox', { name: 'Note' }).fill('smells of fraud');
  await page.getByRole('button', { name: 'Take over' }).click();
  await expect(log.getByText('Olive Owner has joined the conversation.')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('smells of fraud');
  await page.getByText('Reply', { exact: true }).click();
  await expect(page.getByRole('textbox', { name: 'Reply' })).toHaveValue('');
  await page.screenshot({ path: 'test-results/screens/phone-thread-en-US.png' });
  await page.getByRole('button', { name: 'Resolve' }).click();
  await expect(page.getByRole('button', { name: 'Open again' })).toBeVisible();
  await page.getByRole('link', { name: '← Inbox' }).click();
  await expect(page.getByRole('region', { name: 'Conversations' })).toBeVisible();
  await context.close();
});

test('after signing in a link goes on to a screen of ours, and nowhere else', async ({ browser }) => {
  const { page, context, email } = await newFirm(browser, 'Onward Insurance');
  const origin = new URL(page.url()).origin;
  for (const [next, path] of [['/contacts?q=a', '/contacts?q=a'], ['/\\elsewhere.example', '/'], ['/\t/elsewhere.example', '/'], ['/.//elsewhere.example', '/']] as const) {
    await signIn(page, email, next, path === '/' ? 'Hello Olive Owner' : 'Contacts');
    expect(page.url()).toBe(origin + path);
  }
  await context.close();
});
