import { Button, Space, Table, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { UnansweredQuery } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { titleOf } from '../../lib/article-select.tsx';
import { useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { ArticleEditor } from './article-editor.tsx';
import type { Article } from './articles.tsx';

const UNANSWERED = graphql(`
  query Unanswered {
    unansweredClusters {
      id count
      questions { id text count conversationId updatedAt }
      nearest { id texts { locale title } }
    }
  }
`);
const DISMISS = graphql(`
  mutation Dismiss($id: ID!) {
    dismissUnansweredQuestion(id: $id) { status errors { field message } removed }
  }
`);

/** A new article that starts from some questions. */
const draftOf = (questions: string[]): Article => ({
  id: '',
  key: null,
  category: '',
  status: 'READY',
  questions,
  version: 0,
  updatedAt: new Date().toISOString(),
  validFrom: null,
  validTo: null,
  texts: [],
  links: [],
  flowId: null,
});

type Cluster = UnansweredQuery['unansweredClusters'][number];

/** What the bot could not answer; what asks for the same is together a draft. */
export function Unanswered(): ReactNode {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const manages = useMay('MANAGE_KNOWLEDGE');
  const [draft, setDraft] = useState<Cluster | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: UNANSWERED });
  const rows = data?.unansweredClusters ?? [];
  const dismiss = async (row: Cluster): Promise<void> => {
    for (const question of row.questions) await act(DISMISS, { id: question.id });
    again();
  };
  const last = (row: Cluster): Cluster['questions'][number] | undefined => row.questions.toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt))[0];
  return (
    <State fetching={fetching && !data} error={error} empty={rows.length === 0} emptyText={t('unanswered.empty')}>
      <Table
        rowKey="id"
        pagination={{ pageSize: 50, hideOnSinglePage: true }}
        dataSource={rows}
        scroll={{ x: 'max-content' }}
        expandable={{
          rowExpandable: (row) => row.questions.length > 1,
          expandedRowRender: (row) => <ul>{row.questions.map((question) => <li key={question.id}>{question.text} ({question.count})</li>)}</ul>,
        }}
        columns={[
          { title: t('unanswered.question'), render: (_, row) => <>{row.questions[0]?.text} {row.questions.length > 1 && <Tag>{t('unanswered.alike', { count: row.questions.length })}</Tag>}</> },
          { title: t('unanswered.count'), dataIndex: 'count' },
          { title: t('unanswered.nearest'), render: (_, row) => (row.nearest ? titleOf(row.nearest, i18n.language) : '–') },
          { title: t('unanswered.last'), render: (_, row) => <Link to={`/inbox/${last(row)?.conversationId}`}>{format.time(last(row)?.updatedAt ?? '')}</Link> },
          ...(manages
            ? [{
                title: t('common.actions'),
                render: (_: unknown, row: Cluster) => (
                  <Space>
                    <Button size="small" type="primary" onClick={() => setDraft(row)}>{t('unanswered.write')}</Button>
                    <Button size="small" onClick={() => void dismiss(row)}>{t('unanswered.dismiss')}</Button>
                  </Space>
                ),
              }]
            : []),
        ]}
      />
      {draft && (
        <ArticleEditor
          article={draftOf(draft.questions.map((question) => question.text))}
          onClose={(saved) => {
            if (saved) void dismiss(draft);
            setDraft(null);
          }}
        />
      )}
    </State>
  );
}
