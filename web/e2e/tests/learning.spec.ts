import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { accessible, newFirm, screen, visitor } from './harness.ts';

const WORDS = ['umbrella', 'violin', 'tractor', 'lantern', 'pebble', 'saddle', 'teapot', 'anchor'];
const MORE = ['maple', 'copper', 'winter', 'velvet', 'harbour', 'meadow'];

/** A customer who asks for a refund in words of their own and chooses what is listed first. */
async function customer(request: APIRequestContext, key: string, text: string): Promise<boolean> {
  const { say, said } = await visitor(request, key);
  await say('a', text);
  let choice: string | undefined;
  await expect(async () => {
    choice = (await said()).flatMap((message) => message.choices ?? [])[0]?.value;
    expect(choice).toBeTruthy();
  }).toPass();
  if (!choice?.startsWith('art_')) return false;
  await say('b', 'that one', choice);
  return true;
}

async function rules(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Rules' }).click();
  await page.getByLabel('Trust for an answer').fill('1');
  await page.getByLabel('Probability for a list').fill('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved')).toBeVisible();
}

test('the bot learns from what customers choose; a person looks it through and takes it back', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Learning Insurance');
  await screen(page, 'Channels');
  const key = /data-key=["']([^"']+)/.exec(await page.getByTestId('snippet').innerText())?.[1] ?? '';
  await screen(page, 'Knowledge');
  await page.getByRole('tab', { name: 'Learning' }).click();
  await expect(page.getByText('Nothing learned yet')).toBeVisible();
  await page.getByRole('button', { name: 'Learn now' }).click();
  await expect(page.getByText('Customers have chosen too little')).toBeVisible();
  await rules(page);

  const asked = WORDS.flatMap((word) => MORE.map((more) => `refund ${word} ${more}`));
  const chose = await Promise.all(asked.map((text) => customer(context.request, key, text)));
  expect(chose.filter(Boolean).length).toBeGreaterThan(40);

  await page.getByRole('tab', { name: 'Learning' }).click();
  await page.getByRole('button', { name: 'Learn now' }).click();
  await expect(page.getByText('Learned; the bot answers from it')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('cell', { name: 'Answers now' })).toBeVisible();
  await expect(page.getByRole('img', { name: /Share of questions that are understood/ })).toBeVisible();
  const learned = page.getByRole('row').filter({ has: page.getByRole('button', { name: 'Unlearn' }) });
  const count = await learned.count();
  expect(count).toBeGreaterThan(20);
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/learning-en-US-light.png' });

  await learned.first().getByRole('button', { name: 'Unlearn' }).click();
  await page.getByRole('dialog', { name: 'Unlearn this question for good?' }).getByRole('button', { name: 'OK' }).click();
  await expect(learned).toHaveCount(count - 1);

  await page.getByRole('button', { name: 'Answer without what was learned' }).click();
  await page.getByRole('dialog', { name: 'Answer from what people wrote alone?' }).getByRole('button', { name: 'OK' }).click();
  await expect(page.getByText('The bot answers from what people wrote alone')).toBeVisible();
  await page.getByRole('button', { name: 'Use this one' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'OK' }).click();
  await expect(learned).toHaveCount(count - 1);
  await context.close();
});
