import { Button, Space, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { ArticleEditor } from './article-editor.tsx';
import type { Article } from './articles.tsx';

const UNANSWERED = graphql(`
  query Unanswered {
    unansweredQuestions { id text count conversationId updatedAt }
  }
`);
const DISMISS = graphql(`
  mutation Dismiss($id: ID!) {
    dismissUnansweredQuestion(id: $id) { status errors { field message } removed }
  }
`);

/** A new article that starts from a question. */
const draftOf = (text: string): Article => ({
  id: '',
  key: null,
  category: '',
  status: 'READY',
  questions: [text],
  version: 0,
  updatedAt: new Date().toISOString(),
  validFrom: null,
  validTo: null,
  texts: [],
  links: [],
  flowId: null,
});

/** What the bot could not answer: each is a draft. */
export function Unanswered(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const manages = useMay('MANAGE_KNOWLEDGE');
  const [draft, setDraft] = useState<{ id: string; text: string } | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: UNANSWERED });
  const rows = data?.unansweredQuestions ?? [];
  const dismiss = (id: string): void => void act(DISMISS, { id }).then(() => again());
  return (
    <State fetching={fetching && !data} error={error} empty={rows.length === 0} emptyText={t('unanswered.empty')}>
      <Table
        rowKey="id"
        pagination={{ pageSize: 50, hideOnSinglePage: true }}
        dataSource={rows}
        scroll={{ x: 'max-content' }}
        columns={[
          { title: t('unanswered.question'), dataIndex: 'text' },
          { title: t('unanswered.count'), dataIndex: 'count' },
          { title: t('unanswered.last'), render: (_, row) => <Link to={`/inbox/${row.conversationId}`}>{format.time(row.updatedAt)}</Link> },
          ...(manages
            ? [{
                title: t('common.actions'),
                render: (_: unknown, row: (typeof rows)[number]) => (
                  <Space>
                    <Button size="small" type="primary" onClick={() => setDraft(row)}>{t('unanswered.write')}</Button>
                    <Button size="small" onClick={() => dismiss(row.id)}>{t('unanswered.dismiss')}</Button>
                  </Space>
                ),
              }]
            : []),
        ]}
      />
      {draft && (
        <ArticleEditor
          article={draftOf(draft.text)}
          onClose={(saved) => {
            if (saved) dismiss(draft.id);
            setDraft(null);
          }}
        />
      )}
    </State>
  );
}
