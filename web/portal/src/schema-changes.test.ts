import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The status and the words of a comparison of two schemas. */
function compare(before: string, after: string): [number | null, string] {
  const folder = mkdtempSync(join(tmpdir(), 'lingxi-schema-'));
  const files = [before, after].map((text, number) => {
    const file = join(folder, `${number}.graphql`);
    writeFileSync(file, text);
    return file;
  });
  const done = spawnSync('node', [join(import.meta.dirname, '../schema-changes.mjs'), ...files], { encoding: 'utf8' });
  return [done.status, done.stdout + done.stderr];
}

const SCHEMA = 'type Query { contact(id: ID!): String, contacts: [String!]! } enum Kind { EMAIL }';

test('what is added breaks nobody', () => {
  expect(compare(SCHEMA, SCHEMA.replace('contacts', 'tags: [String!]!, contacts'))).toEqual([0, '']);
});

test('an enum that grows is to be minded', () => {
  const [status, words] = compare(SCHEMA, SCHEMA.replace('EMAIL', 'EMAIL PHONE'));
  expect([status, words]).toEqual([0, expect.stringMatching(/^mind .*PHONE.*Kind/)]);
});

test('what is taken away, renamed or demanded is named and refused', () => {
  const cases: [string, string, string][] = [
    ['contacts:', 'people:', 'Query.contacts was removed'],
    ['(id: ID!)', '(id: ID!, kind: Kind!)', 'kind on Query.contact was added'],
    ['[String!]!', '[String!]', 'Query.contacts changed type from [String!]! to [String!]'],
    ['EMAIL', 'PHONE', 'EMAIL was removed'],
  ];
  for (const [from, to, words] of cases) {
    const [status, said] = compare(SCHEMA, SCHEMA.replace(from, to));
    expect(status, said).toBe(1);
    expect(said).toContain(words);
  }
});
