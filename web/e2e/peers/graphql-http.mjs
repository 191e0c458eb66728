// The audit of the GraphQL over HTTP specification: `node graphql-http.mjs URL`. What a server must and should do is demanded.
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2], fetchFn: fetch });
const count = (status) => results.filter((result) => result.status === status).length;
for (const result of results.filter((one) => one.status !== 'ok')) {
  console.log(`${result.status} ${result.id} ${result.name}: ${result.reason}`);
}
console.log(`graphql-http: ${count('ok')} of ${results.length} as specified, ${count('notice')} notices, ${count('warn')} warnings, ${count('error')} errors`);
process.exitCode = count('warn') + count('error') > 0 ? 1 : 0;
