import { App } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { ThreadQuery } from '../../gql/graphql.ts';

const OLDER = graphql(`
  query OlderMessages($id: ID!, $before: Int!) {
    conversation(id: $id) { id messages(beforeSeq: $before, last: 100) { ...ThreadMessage } }
  }
`);

export type Message = NonNullable<ThreadQuery['conversation']>['messages'][number];

/** Known messages with others, in order. Where some between are missing, what stands before them is asked for again. */
export function joined<M extends { seq: number }>(known: M[], fresh: M[]): M[] {
  const all = new Map([...known, ...fresh].map((message) => [message.seq, message]));
  const sorted = [...all.values()].sort((a, b) => a.seq - b.seq);
  // For members the numbers have no gaps.
  const gap = sorted.findLastIndex((message, at) => at > 0 && message.seq !== (sorted[at - 1]?.seq ?? 0) + 1);
  return gap > 0 ? sorted.slice(gap) : sorted;
}

/** The newest messages of a conversation, and those before them as far as somebody asked for them. */
export function useMessages(id: string, newest: Message[] | undefined): { messages: Message[]; older: boolean; loading: boolean; loadOlder: () => void } {
  const client = useClient();
  const { message } = App.useApp();
  const { t } = useTranslation();
  const [messages, setMessages] = useState<Message[]>([]);
  const [page, setPage] = useState<Message[]>();
  const [loading, setLoading] = useState(false);
  // What was seen stays when the newest page begins later.
  if (newest && newest !== page) {
    setPage(newest);
    setMessages(joined(messages, newest));
  }
  const first = messages[0]?.seq ?? 1;
  const loadOlder = (): void => {
    if (loading) return;
    setLoading(true);
    void client.query(OLDER, { id, before: first }).toPromise().then(({ data, error }) => {
      setLoading(false);
      if (error) void message.error(error.graphQLErrors[0]?.message ?? t('common.offline'));
      const found = data?.conversation?.messages;
      if (found) setMessages((known) => joined(found, known));
    });
  };
  return { messages, older: first > 1, loading, loadOlder };
}
