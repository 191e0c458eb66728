import { App, Button, Input, Select, Space, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { ArticlesQuery, ArticleStatus } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { ArticleEditor } from './article-editor.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { PublishDialog } from './publish-dialog.tsx';

const ARTICLES = graphql(`
  query Articles($search: String, $status: ArticleStatus, $after: String) {
    articles(search: $search, status: $status, first: 50, after: $after) {
      edges {
        node {
          id key category status questions version updatedAt validFrom validTo
          texts { locale title answer }
          links { label url }
          flowId
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const REMOVE = graphql(`
  mutation DeleteArticle($id: ID!) {
    deleteArticle(id: $id) { status errors { field message } removed }
  }
`);
const STATUSES: ArticleStatus[] = ['READY', 'DRAFT', 'ARCHIVED'];

export type Article = ArticlesQuery['articles']['edges'][number]['node'];

export function Articles(): ReactNode {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const { modal } = App.useApp();
  const manages = useMay('MANAGE_KNOWLEDGE');
  const [search, setSearch] = useState<string | null>(null);
  const [status, setStatus] = useState<ArticleStatus | null>(null);
  const [after, setAfter] = useState<string | null>(null);
  const [edited, setEdited] = useState<Article | 'new' | null>(null);
  const [importing, setImporting] = useState(false);
  const [publishing, setPublishing] = useState(false);
  const [{ data, fetching, error }, again] = useQuery({ query: ARTICLES, variables: { search, status, after } });
  const rows = data?.articles.edges.map((edge) => edge.node) ?? [];
  const title = (row: Article): string => (row.texts.find((text) => text.locale === i18n.language) ?? row.texts[0])?.title ?? '';
  const remove = (row: Article): void => {
    modal.confirm({
      title: t('knowledge.removeTitle', { title: title(row) }),
      content: t('knowledge.removeText'),
      okType: 'danger',
      onOk: async () => {
        await act(REMOVE, { id: row.id }, t('common.removed'));
        again();
      },
    });
  };
  return (
    <>
      <Space wrap style={{ marginBottom: 12 }}>
        <Input.Search allowClear aria-label={t('common.search')} placeholder={t('common.search')} onSearch={(words) => { setSearch(words || null); setAfter(null); }} />
        <Select
          aria-label={t('knowledge.status')}
          style={{ minWidth: 120 }}
          value={status ?? 'ALL'}
          onChange={(value: ArticleStatus | 'ALL') => setStatus(value === 'ALL' ? null : value)}
          options={[{ value: 'ALL' as const, label: t('common.all') }, ...STATUSES.map((value) => ({ value, label: t(`article.${value}`) }))]}
        />
        {manages && (
          <>
            <Button onClick={() => setEdited('new')}>{t('knowledge.add')}</Button>
            <Button onClick={() => setImporting(true)}>{t('knowledge.import')}</Button>
            <Button type="primary" onClick={() => setPublishing(true)}>{t('knowledge.publish')}</Button>
          </>
        )}
      </Space>
      <State fetching={fetching && !data} error={error} empty={rows.length === 0} emptyText={t('knowledge.empty')}>
        <PagedTable
          label={t('knowledge.articles')}
          rows={rows}
          rowKey="id"
          after={after}
          onAfter={setAfter}
          pageInfo={data?.articles.pageInfo}
          columns={[
            { title: t('article.title'), render: (_, row) => <Button type="link" style={{ padding: 0 }} onClick={() => setEdited(row)}>{title(row)}</Button> },
            { title: t('article.category'), dataIndex: 'category' },
            { title: t('article.questions'), render: (_, row) => row.questions.length },
            { title: t('article.languages'), render: (_, row) => row.texts.map((text) => <Tag key={text.locale}>{text.locale}</Tag>) },
            { title: t('knowledge.status'), render: (_, row) => t(`article.${row.status}`) },
            { title: t('article.updated'), render: (_, row) => `${format.time(row.updatedAt)} · v${row.version}` },
            ...(manages
              ? [{ title: t('common.actions'), render: (_: unknown, row: Article) => <Button danger size="small" onClick={() => remove(row)}>{t('common.remove')}</Button> }]
              : []),
          ]}
        />
      </State>
      {edited && <ArticleEditor article={edited === 'new' ? null : edited} onClose={(saved) => { setEdited(null); if (saved) again(); }} />}
      {publishing && <PublishDialog onClose={() => setPublishing(false)} />}
      {importing && <ImportDialog onClose={(stored) => { setImporting(false); if (stored) again(); }} />}
    </>
  );
}
