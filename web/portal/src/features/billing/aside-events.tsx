import { Collapse } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';

const ASIDE = graphql(`
  query AsideEvents($after: String) {
    asideEvents(first: 50, after: $after) {
      edges { node { id source sourceId eventType at receivedAt reason data } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

/** Facts that came and were not counted, so that nothing is dropped in silence. */
export function AsideEvents(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [after, setAfter] = useState<string | null>(null);
  const [{ data }] = useQuery({ query: ASIDE, variables: { after } });
  const rows = data?.asideEvents.edges.map((edge) => edge.node) ?? [];
  if (rows.length === 0 && !after) return null;
  return (
    <Collapse
      style={{ marginTop: 16 }}
      items={[
        {
          key: 'aside',
          label: t('billing.aside'),
          children: (
            <PagedTable
              label={t('billing.aside')}
              rows={rows}
              rowKey="id"
              after={after}
              onAfter={setAfter}
              pageInfo={data?.asideEvents.pageInfo}
              columns={[
                { title: t('billing.receivedAt'), render: (_, row) => format.time(row.receivedAt) },
                { title: t('billing.at'), render: (_, row) => format.time(row.at) },
                { title: t('billing.event'), render: (_, row) => `${row.eventType} · ${row.source} ${row.sourceId}` },
                { title: t('billing.why'), render: (_, row) => t(`billing.reason.${row.reason}`) },
                { title: t('billing.data'), render: (_, row) => <code>{row.data}</code> },
              ]}
            />
          ),
        },
      ]}
    />
  );
}
