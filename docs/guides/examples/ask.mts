/**
 * Asks a firm's bot a question through its API channel, and prints what comes back.
 *
 *     npm install typescript @types/node && npx tsc --target es2022 --module nodenext --types node ask.mts
 *     LINGXI_URL=https://HOST LINGXI_KEY=lxk.... node ask.mjs CHANNEL_ID CUSTOMER_ID "How do I file a claim?"
 *
 * The key needs the rights SERVE and READ_CONVERSATIONS. Node.js 20 or later, nothing to install but TypeScript.
 */

const RECEIVE = `
  mutation Receive($input: ReceiveMessageInput!) {
    receiveMessage(input: $input) { status errors { field message } message { conversationId seq } }
  }`;
const ANSWERS = `
  query Answers($id: ID!, $after: Int!) {
    conversation(id: $id) { status messages(afterSeq: $after) { seq author text choices { label } } }
  }`;

type Answer = { seq: number; author: string; text: string; choices: { label: string }[] };
type Received = {
  receiveMessage: {
    status: string;
    errors: { field: string | null; message: string }[];
    message: { conversationId: string; seq: number } | null;
  };
};
type Answers = { conversation: { status: string; messages: Answer[] } };

/** The service has understood and said no; sending it again helps nobody. */
class Refused extends Error {}

const pause = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000));

class Lingxi {
  readonly #address: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#address = new URL('/graphql', url).href;
    this.#key = key;
  }

  /** Runs an operation. What may pass by itself (no network, 429, 503) is tried again for half a minute. */
  async run<T>(query: string, variables: object): Promise<T> {
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#key}` },
      body: JSON.stringify({ query, variables }),
    };
    for (const wait of [0.5, 1, 2, 4, 8, 15, 0]) {
      const answer = await fetch(this.#address, { ...request, signal: AbortSignal.timeout(10_000) }).catch((error: unknown) => {
        if (wait === 0) throw error;
        return null;
      });
      if (answer?.ok) {
        const result = (await answer.json()) as { data: T; errors?: { message: string; extensions: { code: string } }[] };
        const [first] = result.errors ?? [];
        if (first) throw new Refused(`${first.extensions.code}: ${first.message}`);
        return result.data;
      }
      if (answer && ((answer.status !== 429 && answer.status !== 503) || wait === 0)) {
        throw new Refused(`${answer.status}: ${await answer.text()}`);
      }
      await pause(wait);
    }
    throw new Refused('given up');
  }
}

/** Sends a customer's question, and gives the messages that answer it. */
async function ask(lingxi: Lingxi, channelId: string, customer: string, text: string): Promise<Answer[]> {
  // One key per message, kept over retries: the message is stored once, however often it is sent.
  const input = { channelId, identity: { kind: 'EXTERNAL', value: customer }, idempotencyKey: crypto.randomUUID(), text };
  const { receiveMessage: stored } = await lingxi.run<Received>(RECEIVE, { input });
  if (!stored.message) throw new Refused(stored.errors.map((error) => `${error.field}: ${error.message}`).join('; '));
  const { conversationId: id, seq: after } = stored.message;
  for (const until = Date.now() + 30_000; Date.now() < until; await pause(0.3)) {
    const { conversation } = await lingxi.run<Answers>(ANSWERS, { id, after });
    const answers = conversation.messages.filter((message) => message.author !== 'CONTACT');
    if (answers.length > 0) return answers;
  }
  throw new Refused('Nobody answered within 30 seconds; a webhook would tell when somebody does.');
}

const { LINGXI_URL: url, LINGXI_KEY: key } = process.env;
const [channel, customer, text] = process.argv.slice(2);
if (!url || !key || !channel || !customer || !text) {
  console.error('usage: LINGXI_URL=... LINGXI_KEY=... node ask.mjs CHANNEL_ID CUSTOMER_ID TEXT');
  process.exit(2);
}
try {
  for (const answer of await ask(new Lingxi(url, key), channel, customer, text)) {
    console.log(`${answer.author}: ${answer.text}`);
    for (const choice of answer.choices) console.log(`  - ${choice.label}`);
  }
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(`refused: ${error.message}`);
  process.exit(1);
}
