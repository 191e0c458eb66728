// What changes for integrators between two schemas: `node schema-changes.mjs BEFORE AFTER`. A breaking change ends with 1.
import { readFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql';

const [before, after] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, 'utf8')));
const breaking = findBreakingChanges(before, after);
for (const change of findDangerousChanges(before, after)) console.log(`mind      ${change.description}`);
for (const change of breaking) console.log(`BREAKING  ${change.description}`);
process.exitCode = breaking.length > 0 ? 1 : 0;
