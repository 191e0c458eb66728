import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { ArticleSelect, titleOf } from '../../lib/article-select.tsx';

const LABEL = graphql(`
  query ConversationLabel($id: ID!) {
    conversationLabel(conversationId: $id) { id texts { locale title } }
  }
`);
const SET = graphql(`
  mutation LabelConversation($id: ID!, $articleId: ID) {
    labelConversation(conversationId: $id, articleId: $articleId) { status errors { field message } conversationId }
  }
`);

/** What the conversation was about, as who served it says: the bot learns from it. */
export function Label(props: { conversation: string }): ReactNode {
  const { t, i18n } = useTranslation();
  const act = useAction();
  const [{ data }, again] = useQuery({ query: LABEL, variables: { id: props.conversation } });
  const label = data?.conversationLabel;
  const choose = async (articleId: string | null): Promise<void> => {
    await act(SET, { id: props.conversation, articleId }, t('label.learned'));
    again({ requestPolicy: 'network-only' });
  };
  return (
    <div style={{ marginBottom: 12 }}>
      <div style={{ fontWeight: 600 }}>{t('label.title')}</div>
      <ArticleSelect
        label={t('label.title')}
        none={t('label.none')}
        value={label?.id ?? null}
        known={label ? { value: label.id, label: titleOf(label, i18n.language) } : undefined}
        onChange={(id) => void choose(id)}
      />
    </div>
  );
}
