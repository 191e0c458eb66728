import { expect, test, type APIRequestContext } from '@playwright/test';
import { accessible, newFirm, screen, visitor } from './harness.ts';

/** A customer who says one thing after the other, each when the last is answered. */
async function customer(request: APIRequestContext, key: string, ...texts: string[]): Promise<void> {
  const { say, said } = await visitor(request, key);
  for (const [index, text] of texts.entries()) {
    await say(String(index), text, text === 'solved' ? text : undefined);
    await expect(async () => {
      const answers = (await said()).filter((message) => message.author.toUpperCase() === 'BOT');
      expect(answers.length).toBeGreaterThan(index);
    }).toPass();
  }
}

test('gold questions hold a bad publication up; figures, rules and what could not be answered are looked at', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Studio Insurance');
  await screen(page, 'Channels');
  const key = /data-key=["']([^"']+)/.exec(await page.getByTestId('snippet').innerText())?.[1] ?? '';
  for (const text of ['when is my claim paid?', 'how can I cancel my policy?']) await customer(context.request, key, text, 'solved');
  for (const text of ['zebra feeding schedule', 'feeding schedule zebra', 'who won the world cup in 1954']) await customer(context.request, key, text);

  // From the test console to a gold question.
  await screen(page, 'Knowledge');
  await page.getByRole('tab', { name: 'Test console' }).click();
  await page.getByLabel('A question that a customer asks').fill('where is my claim?');
  await page.keyboard.press('Enter');
  const shown = async (name: string): Promise<number> => Number(await page.getByRole('progressbar', { name }).getAttribute('aria-valuenow'));
  await expect(page.getByText('confident', { exact: true })).toBeVisible();
  // What is shown is what the rules compare: an answer's trust is at least theirs, and never above that it is known at all.
  expect(await shown('Trust')).toBeGreaterThanOrEqual(55);
  expect(await shown('Trust')).toBeLessThanOrEqual(await shown('About something it knows'));
  await page.getByRole('row', { name: /Check the status of a claim/ }).getByRole('button', { name: 'This is right' }).click();
  await expect(page.getByText('Kept as a gold question')).toBeVisible();
  await page.getByRole('tab', { name: 'Gold questions' }).click();
  await page.getByLabel('Question', { exact: true }).fill('who won the world cup');
  await page.getByRole('button', { name: 'Add' }).click();
  await expect(page.getByRole('row', { name: /who won the world cup A person right right/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /where is my claim\? Check the status of a claim right right/ })).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/gold-en-US-light.png' });

  // Somebody archives the article: publishing says what it would cost.
  await page.getByRole('tab', { name: 'Articles' }).click();
  await page.getByRole('button', { name: 'Check the status of a claim' }).click();
  await page.getByRole('dialog').getByLabel('Status').click();
  await page.getByTitle('Archived').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('button', { name: 'Publish' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Gold questions that would get a worse answer than now: 1')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Publish despite it' })).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/publish-en-US-light.png' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await page.getByRole('tab', { name: 'How it fares' }).click();
  await expect(page.getByText('Containment', { exact: true })).toBeVisible();
  await expect(page.getByRole('row', { name: /When a claim is paid 1 0 1 \/ 1 100%/ })).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/report-en-US-light.png' });

  await page.getByRole('tab', { name: 'Unanswered' }).click();
  await expect(page.getByRole('row', { name: /zebra.* 2 alike 2/ })).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/unanswered-en-US-light.png' });

  await page.getByRole('tab', { name: 'Rules' }).click();
  const preview = page.getByRole('region', { name: "What these rules would have done with last week's questions" });
  await expect(preview.getByText(/Now: Answered 2/)).toBeVisible();
  await page.getByLabel('Trust for an answer').fill('1');
  await expect(preview.getByText(/With these rules: Answered 0/)).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/rules-en-US-light.png' });

  // Who serves says what it was about.
  await screen(page, 'Inbox');
  await page.locator('.row-button').first().click();
  await page.getByLabel('What was it about?').click();
  await page.getByTitle('Complaints').click();
  await expect(page.getByText('Noted; the bot learns from it')).toBeVisible();
  await accessible(page);
  await context.close();
});
