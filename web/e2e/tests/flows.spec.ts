import { expect, test } from '@playwright/test';
import { accessible, newFirm, screen, visitor } from './harness.ts';

test('a flow is tried, changed in the picture and the form, kept as a case, published, and a customer is led through it', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Flow Insurance');
  await screen(page, 'Channels');
  const key = /data-key=["']([^"']+)/.exec(await page.getByTestId('snippet').innerText())?.[1] ?? '';
  await screen(page, 'Flows');
  await expect(page.getByRole('link', { name: 'Policy question' })).toBeVisible();
  await page.screenshot({ path: 'test-results/screens/flows-en-US-light.png' });
  await page.getByRole('link', { name: 'Report a claim' }).click();
  await expect(page.getByRole('heading', { name: 'Report a claim', level: 1 })).toBeVisible();
  await expect(page.getByRole('group', { name: 'Picture of the flow' }).getByText('hurt', { exact: true })).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/flow-editor-en-US-light.png' });

  // The golden dialogues go as written; a talk becomes one more.
  await page.getByRole('tab', { name: 'Try' }).click();
  await page.getByRole('button', { name: 'Run all' }).click();
  await expect(page.getByText('as written', { exact: true })).toHaveCount(13);
  const say = async (text: string): Promise<void> => {
    await page.getByPlaceholder(/The customer says|What the customer says to begin/).fill(text);
    await page.getByRole('button', { name: 'Send' }).click();
    await expect(page.getByRole('log').getByText(text, { exact: true }).last()).toBeVisible();
  };
  await say('I want to make a claim');
  await page.getByRole('button', { name: 'Yes', exact: true }).click();
  await page.getByRole('button', { name: 'Motor', exact: true }).click();
  await say('never mind');
  await expect(page.getByText('Broken off')).toBeVisible();
  await accessible(page);
  await page.screenshot({ path: 'test-results/screens/flow-try-en-US-light.png' });
  await page.getByRole('button', { name: 'Keep as a case' }).click();

  // The first step is chosen in the picture and says something else.
  await page.getByRole('tab', { name: 'Step' }).click();
  await page.getByRole('group', { name: 'Picture of the flow' }).getByText('offer', { exact: true }).click();
  await page.getByLabel('Asks · English').fill('Shall we begin?');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved')).toBeVisible();
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByText('Published', { exact: true })).toBeVisible();
  await page.getByRole('tab', { name: 'Versions' }).click();
  await expect(page.getByRole('cell', { name: '#2 100 %' })).toBeVisible();

  const { say: ask, said } = await visitor(context.request, key);
  await ask('a', 'how do I file a claim');
  await expect(async () => {
    expect((await said()).map((message) => message.text).join()).toContain('Shall we begin?');
  }).toPass();
  await page.reload();
  await page.getByRole('tab', { name: 'Versions' }).click();
  await expect(page.getByText('Waits for the customer (offer)')).toBeVisible();
  await context.close();
});

test('what cannot run is said before it is published, and a step back is a click', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Drafting Insurance');
  await screen(page, 'Flows');
  await page.getByRole('button', { name: 'New flow' }).click();
  await expect(page.getByRole('heading', { name: 'New flow', level: 1 })).toBeVisible();
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByText('Write what is said in at least one language.').first()).toBeVisible();
  await page.getByRole('button', { name: 'Add a step' }).click();
  await page.getByRole('menuitem', { name: 'Yes or no' }).click();
  await expect(page.getByText('Some ways lead nowhere: step-3')).toBeVisible();
  // Who would leave with unsaved changes is asked.
  await page.getByRole('menuitem', { name: 'Home', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'Your changes are not saved. Leave?' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Some ways lead nowhere: step-3')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Some ways lead nowhere')).toHaveCount(0);
  await context.close();
});
