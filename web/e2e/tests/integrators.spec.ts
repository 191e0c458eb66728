import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test, type APIRequestContext } from '@playwright/test';
import { newFirm } from './harness.ts';

const EXAMPLES = resolve('../../docs/guides/examples');

type Ran = { code: number; out: string; err: string };

/** Runs a program as an integrator would, from another folder. */
function run(file: string, args: string[], env: Record<string, string>): Promise<Ran> {
  return new Promise((done) => {
    execFile(file, args, { env: { ...process.env, ...env }, cwd: tmpdir() }, (error, out, err) => {
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    });
  });
}

async function graphql<T>(request: APIRequestContext, query: string): Promise<T> {
  const answer = await request.post('/graphql', { data: { query } });
  return ((await answer.json()) as { data: T }).data;
}

/** The TypeScript example as the command of its first lines makes it. */
async function compiled(): Promise<string> {
  const out = mkdtempSync(join(tmpdir(), 'lingxi-example-'));
  const options = ['--target', 'es2022', '--module', 'nodenext', '--types', 'node', '--strict'];
  const folders = ['--typeRoots', resolve('../node_modules/@types'), '--outDir', out];
  const made = await run(resolve('../node_modules/.bin/tsc'), [...options, ...folders, join(EXAMPLES, 'ask.mts')], {});
  expect(made, made.out).toMatchObject({ code: 0 });
  return join(out, 'ask.mjs');
}

test('the example clients of the guide ask and are answered, or say why not', async ({ browser, baseURL }) => {
  const { page, context } = await newFirm(browser, 'Integrated Insurance');
  const { createChannel } = await graphql<{ createChannel: { channel: { id: string } } }>(
    page.request,
    'mutation { createChannel(kind: API, name: "Bridge") { channel { id } } }',
  );
  const { createApiKey } = await graphql<{ createApiKey: { created: { secret: string } } }>(
    page.request,
    'mutation { createApiKey(name: "examples", scopes: [SERVE, READ_CONVERSATIONS]) { created { secret } } }',
  );
  const channel = createChannel.channel.id;
  const env = { LINGXI_URL: baseURL ?? '', LINGXI_KEY: createApiKey.created.secret };
  const clients = [
    ['python3', join(EXAMPLES, 'ask.py')],
    ['node', await compiled()],
  ] as const;
  for (const [program, file] of clients) {
    const answered = await run(program, [file, channel, `${program}-1`, 'How do I cancel my policy?'], env);
    expect(answered, answered.err).toMatchObject({ code: 0 });
    expect(answered.out).toMatch(/^BOT: /);
    expect(answered.out).toContain('15 days');
    const long = await run(program, [file, channel, `${program}-1`, 'x'.repeat(4_001)], env);
    expect(long).toMatchObject({ code: 1, out: '' });
    expect(long.err).toContain('at most 4000');
    const stranger = await run(program, [file, channel, `${program}-1`, 'hello'], { ...env, LINGXI_KEY: 'lxk.wrong' });
    expect(stranger).toMatchObject({ code: 1, out: '' });
    expect(stranger.err).toContain('refused: ');
  }
  // Both customers are known by the ids that the integrator gave.
  const { contacts } = await graphql<{ contacts: { edges: { node: { identities: { value: string }[] } }[] } }>(
    page.request,
    '{ contacts { edges { node { identities { value } } } } }',
  );
  const ids = contacts.edges.flatMap((edge) => edge.node.identities.map((one) => one.value));
  expect(ids.toSorted()).toEqual(['node-1', 'python3-1']);
  await context.close();
});
