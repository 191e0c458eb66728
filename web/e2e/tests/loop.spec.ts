import { expect, test } from '@playwright/test';
import { accessible, bareSite, newFirm, screen } from './harness.ts';

const FAQ = [
  'title,answer,question',
  'Glass damage,We repair your windscreen **free of charge** within two days.,is my windscreen covered|a stone broke my windshield|glass damage on the car',
  'Glass damage,,who pays for a cracked windscreen',
  '宠物保险,宠物医疗险每年最高赔付一万元。,猫狗可以投保吗|宠物看病能报销吗|有没有宠物险',
].join('\n');

test('a new firm signs up, imports knowledge, serves a customer, and sees what it will pay', async ({ browser }) => {
  const { page, context } = await newFirm(browser, 'Harbour Insurance');
  await accessible(page);

  // Knowledge: import a file, publish it.
  await screen(page, 'Knowledge');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByLabel('Choose a file').setInputFiles({ name: 'faq.csv', mimeType: 'text/csv', buffer: Buffer.from(FAQ) });
  await expect(page.getByText('3 rows, 2 articles, encoding UTF-8, 0 rows refused')).toBeVisible();
  await page.getByRole('button', { name: 'Import 2 articles' }).click();
  await expect(page.getByText('2 articles stored. Publish to use them.')).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByText('Published; the bot answers from it')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Glass damage' })).toBeVisible();

  // The agent is at work.
  await page.getByLabel('My activity').click();
  await page.getByTitle('Available').click();
  await expect(page.getByTitle('Available').first()).toBeVisible();

  // The snippet goes into a bare page of another origin.
  await screen(page, 'Channels');
  const snippet = await page.getByTestId('snippet').innerText();
  const site = await bareSite(snippet);
  const customer = await browser.newContext();
  const shop = await customer.newPage();
  await shop.goto(site.url);
  await shop.getByRole('button', { name: 'Open the chat' }).click();
  const chat = shop.getByRole('dialog', { name: 'Chat' });
  await expect(chat.getByText('Hello, I am the insurance assistant.')).toBeVisible();

  // Questions in both languages get answers.
  const field = chat.getByLabel('Write your question…');
  await field.fill('a stone cracked my windscreen, is that covered?');
  await field.press('Enter');
  await expect(chat.getByText('free of charge')).toBeVisible();
  await field.fill('我家的猫看病能报销吗');
  await field.press('Enter');
  await expect(chat.getByText('宠物医疗险每年最高赔付一万元。')).toBeVisible();
  await accessible(shop);

  // A vague question is asked back; a click answers it.
  await field.fill('how long until I have the money');
  await field.press('Enter');
  const log = chat.getByRole('log');
  await expect(log.getByRole('button').first()).toBeVisible();

  // A person, please: the agent accepts on another page, both chat.
  await chat.getByRole('button', { name: 'Talk to a person' }).first().click();
  const offer = page.getByRole('dialog', { name: /New conversation/ });
  await expect(offer).toBeVisible();
  await expect(offer.getByText('Asked: 我家的猫看病能报销吗')).toBeVisible();
  await offer.getByRole('button', { name: 'Accept' }).click();
  await expect(chat.getByText('Olive Owner has joined the conversation.')).toBeVisible();
  const reply = page.getByRole('textbox', { name: 'Reply' });
  await reply.fill('Hello, this is Olive. Your claim is paid on Friday.');
  await reply.press('Enter');
  await expect(chat.getByText('Your claim is paid on Friday.')).toBeVisible();
  await field.fill('Thank you, that helps!');
  await field.press('Enter');
  await expect(page.getByRole('log').getByText('Thank you, that helps!')).toBeVisible();
  await accessible(page);

  // Resolved, rated.
  await page.getByRole('button', { name: 'Resolve' }).click();
  await expect(chat.getByText('Please rate this conversation')).toBeVisible();
  await chat.getByRole('button', { name: '5 stars' }).click();
  await chat.getByRole('button', { name: 'Send' }).first().click();
  await expect(chat.getByText('Thank you!')).toBeVisible();
  await expect(page.getByText('★★★★★')).toBeVisible();

  // The bill shows the units, and a line opens its evidence.
  await screen(page, 'Usage and bill');
  const messages = page.getByRole('row', { name: /^Messages/ });
  await expect(messages).toBeVisible();
  await messages.getByRole('button', { name: 'Evidence' }).click();
  const evidence = page.getByRole('dialog', { name: 'Evidence: Messages' });
  await expect(evidence.getByRole('link', { name: /^cnv_/ }).first()).toBeVisible();
  await evidence.getByRole('link', { name: /^cnv_/ }).first().click();
  await expect(page.getByRole('log').getByText('Your claim is paid on Friday.')).toBeVisible();
  const conversation = page.url();

  // A second firm sees none of it.
  const other = await newFirm(browser, 'Rival Insurance');
  await other.page.goto(conversation);
  await expect(other.page.getByText('There is no such conversation')).toBeVisible();
  await expect(other.page.getByText('No conversations')).toBeVisible();

  site.server.close();
  await Promise.all([context.close(), customer.close(), other.context.close()]);
});
