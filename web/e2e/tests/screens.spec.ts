import { expect, test } from '@playwright/test';
import { accessible, newFirm } from './harness.ts';

const ROUTES = ['/', '/inbox', '/contacts', '/wallboard', '/knowledge', '/flows', '/channels', '/routing', '/members', '/integrations', '/billing', '/audit', '/settings'];

for (const locale of ['en-US', 'zh-CN'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test(`every screen is accessible: ${locale}, ${theme}`, async ({ browser }) => {
      const { page, context } = await newFirm(browser, 'Screens Insurance');
      await page.evaluate(([l, t]) => {
        localStorage.setItem('lingxi.locale', l);
        localStorage.setItem('lingxi.theme', t);
      }, [locale, theme] as const);
      for (const route of ROUTES) {
        await page.goto(route);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await page.waitForLoadState('networkidle');
        await accessible(page);
        const name = route === '/' ? 'home' : route.slice(1);
        await page.screenshot({ path: `test-results/screens/${name}-${locale}-${theme}.png` });
      }
      for (const route of ['/sign-in', '/sign-up', '/join?token=x', '/verify-email?token=x', '/forgot-password', '/reset-password?token=x']) {
        await page.goto(route);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await accessible(page);
        await page.screenshot({ path: `test-results/screens/${route.slice(1).split('?')[0]}-${locale}-${theme}.png` });
      }
      await context.close();
    });
  }
}
