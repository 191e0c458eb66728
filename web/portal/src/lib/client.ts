import { createClient as createSocket } from 'graphql-ws';
import { persistedExchange } from '@urql/exchange-persisted';
import { currentLocale } from './i18n.ts';
import { Client, fetchExchange, mapExchange, subscriptionExchange } from 'urql';

/** The hash that the code generator gave an operation. */
function hashOf(document: unknown): string {
  return (document as { __meta__?: { hash?: string } }).__meta__?.hash ?? '';
}

/** GraphQL over HTTP for everything, over one socket for what is live. Whoever is signed out lands on the sign-in page. */
export function createClient(): Client {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = createSocket({ url: `${scheme}://${location.host}/graphql/ws`, retryAttempts: Infinity, shouldRetry: () => true });
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    fetchOptions: () => ({ headers: { 'accept-language': currentLocale() } }),
    requestPolicy: 'network-only',
    exchanges: [
      mapExchange({
        onError(error) {
          if (error.graphQLErrors.some((one) => one.extensions.code === 'UNAUTHENTICATED')) {
            location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
          }
        },
      }),
      // The server knows every operation of ours by its hash, so that none is sent; one that is older gets it in full.
      persistedExchange({
        preferGetForPersistedQueries: false,
        enableForMutation: true,
        generateHash: (_, document) => Promise.resolve(hashOf(document)),
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe({ query: request.query ?? '', variables: request.variables }, sink),
          }),
        }),
      }),
    ],
  });
}
