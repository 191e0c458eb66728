import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

// A Lingxi that runs already, such as one in a cluster.
const served = process.env.E2E_URL;
const address = process.env.E2E_ADDRESS ?? '127.0.0.1:18080';
const data = mkdtempSync(join(tmpdir(), 'lingxi-e2e-'));
const binary = process.env.E2E_BINARY ?? '../../target/debug/lingxi';
// The payment provider, which is a fake.
const provider = process.env.E2E_PROVIDER ?? '127.0.0.1:18090';
const paying = `--set billing.stripe.secret_key=sk_test_fake --set billing.stripe.webhook_secret=whsec_fake --set billing.stripe.url=http://${provider}`;
const operators = `--set 'operator.emails=["operator@lingxi.example","finance@lingxi.example","refunds@lingxi.example"]' ${paying}`;
// A Lingxi whose clock is moved, for what takes weeks: it begins on the 25th of this month.
const later = process.env.E2E_LATER ?? '127.0.0.1:18091';
// The workers read this file too, and know these already.
const clock = (process.env.LATER_CLOCK ??= join(data, 'clock'));
process.env.LATER_URL ??= `http://${later}`;
const start = new Date();
if (!existsSync(clock)) writeFileSync(clock, `${Math.round((new Date(start).setUTCDate(25) - start.getTime()) / 1000)}`);
// One process that does everything, or two processes of every role behind a gateway.
const cluster = process.env.E2E_SHAPE === 'cluster';
const command = cluster
  ? `../../target/debug/xtask shape --binary ${binary} --data-dir ${data} --http ${address} --each 2 ${operators}`
  : `${binary} serve --data-dir ${data} --http ${address} --set http.public_url=http://${address} ${operators}`;
// How mails are read at the shell. PostgreSQL's address is known when the processes are started.
process.env.E2E_MAILS ??= `${binary} mails --data-dir ${data}${cluster ? ` --database-url "$(cat ${data}/database-url)"` : ''}`;
process.env.LATER_MAILS ??= `${binary} mails --data-dir ${data}/later`;

export default defineConfig({
  testDir: 'tests',
  // How screens look does not depend on how many processes serve them.
  testIgnore: cluster ? ['**/screens.spec.ts'] : [],
  outputDir: 'test-results',
  timeout: 90_000,
  expect: { timeout: 15_000 },
  workers: 1,
  retries: 0,
  reporter: [['list']],
  use: {
    baseURL: served ?? `http://${address}`,
    locale: 'en-US',
    timezoneId: 'Asia/Shanghai',
    viewport: { width: 1360, height: 860 },
    trace: 'retain-on-failure',
    actionTimeout: 15_000,
    // Colours are measured, so nothing may be on its way from one to another.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      executablePath: process.env.E2E_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync',
        // As behind https, which is what a browser meets outside.
        ...(served ? [`--unsafely-treat-insecure-origin-as-secure=${served}`] : [])],
    },
  },
  webServer: served ? undefined : [
    {
      command: `../../target/debug/fake-stripe ${provider} whsec_fake http://${address}/billing/stripe`,
      // Without a key it refuses, which shows that it is there.
      url: `http://${provider}/v1/customers`,
      reuseExistingServer: false,
    },
    {
      command: `../../target/debug/examples/later ${clock} storage.data_dir=${data}/later http.address=${later} http.public_url=http://${later} 'operator.emails=["later@lingxi.example"]'`,
      url: `http://${later}/health/ready`,
      reuseExistingServer: false,
    },
    {
      command,
      url: `http://${address}/health/ready`,
      reuseExistingServer: false,
      timeout: 60_000,
      gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
    },
  ],
});
