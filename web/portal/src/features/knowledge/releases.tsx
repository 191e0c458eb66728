import { App, Button, Table, Tag } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';

const RELEASES = graphql(`
  query Releases {
    releases { id number articles questions active createdAt }
  }
`);
const ACTIVATE = graphql(`
  mutation Activate($id: ID!) {
    activateRelease(id: $id) { status errors { field message } release { id number active } }
  }
`);

/** Published versions; one click goes back to an earlier one. */
export function Releases(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const { modal } = App.useApp();
  const manages = useMay('MANAGE_KNOWLEDGE');
  const [{ data, fetching, error }, again] = useQuery({ query: RELEASES });
  const rows = data?.releases ?? [];
  const activate = (id: string, number: number): void => {
    modal.confirm({
      title: t('releases.back', { number }),
      onOk: async () => {
        await act(ACTIVATE, { id }, t('releases.active'));
        again();
      },
    });
  };
  return (
    <State fetching={fetching && !data} error={error} empty={rows.length === 0} emptyText={t('releases.empty')}>
      <Table
        rowKey="id"
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        dataSource={rows}
        columns={[
          { title: t('releases.number'), render: (_, row) => <>#{row.number} {row.active && <Tag color="success">{t('releases.answers')}</Tag>}</> },
          { title: t('knowledge.articles'), dataIndex: 'articles' },
          { title: t('article.questions'), dataIndex: 'questions' },
          { title: t('releases.at'), render: (_, row) => format.time(row.createdAt) },
          ...(manages
            ? [{ title: t('common.actions'), render: (_: unknown, row: (typeof rows)[number]) => !row.active && <Button size="small" onClick={() => activate(row.id, row.number)}>{t('releases.use')}</Button> }]
            : []),
        ]}
      />
    </State>
  );
}
