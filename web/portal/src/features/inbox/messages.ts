import { useMemo, useState } from 'react';
import { useClient } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { ThreadQuery } from '../../gql/graphql.ts';

const OLDER = graphql(`
  query OlderMessages($id: ID!, $before: Int!) {
    conversation(id: $id) { id messages(beforeSeq: $before, last: 100) { ...ThreadMessage } }
  }
`);

export type Message = NonNullable<ThreadQuery['conversation']>['messages'][number];

/** The newest messages of a conversation, and those before them as far as somebody asked for them. */
export function useMessages(id: string, newest: Message[] = []): { messages: Message[]; older: boolean; loading: boolean; loadOlder: () => void } {
  const client = useClient();
  const [before, setBefore] = useState<Message[]>([]);
  const [loading, setLoading] = useState(false);
  const messages = useMemo(() => {
    const all = new Map([...before, ...newest].map((message) => [message.seq, message]));
    const sorted = [...all.values()].sort((a, b) => a.seq - b.seq);
    // Numbers have no gaps for members: what stands before one is asked for again.
    const gap = sorted.findLastIndex((message, at) => at > 0 && message.seq !== (sorted[at - 1]?.seq ?? 0) + 1);
    return gap > 0 ? sorted.slice(gap) : sorted;
  }, [before, newest]);
  const first = messages[0]?.seq ?? 1;
  const loadOlder = (): void => {
    setLoading(true);
    void client.query(OLDER, { id, before: first }).toPromise().then((result) => {
      setLoading(false);
      // What was the newest page is kept too: the next newest page may begin later.
      setBefore([...(result.data?.conversation?.messages ?? []), ...messages]);
    });
  };
  return { messages, older: first > 1, loading, loadOlder };
}
