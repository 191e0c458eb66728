import { Drawer, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { Meter } from '../../gql/graphql.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';

const EVIDENCE = graphql(`
  query Evidence($meter: Meter!, $after: String) {
    usageEvents(meter: $meter, first: 50, after: $after) {
      edges { node { id quantity at evidence reversed } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

/** The facts behind a line of the bill; those about conversations open them. */
export function Evidence(props: { meter: Meter; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const reads = useMay('READ_CONVERSATIONS');
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, fetching, error }] = useQuery({ query: EVIDENCE, variables: { meter: props.meter, after } });
  const rows = data?.usageEvents.edges.map((edge) => edge.node) ?? [];
  return (
    <Drawer open size="large" title={t('billing.evidenceOf', { meter: t(`meter.${props.meter}`) })} onClose={props.onClose}>
      <State fetching={fetching && !data} error={error} empty={rows.length === 0} emptyText={t('billing.noUsage')}>
        <PagedTable
          label={t('billing.evidence')}
          rows={rows}
          rowKey="id"
          after={after}
          onAfter={setAfter}
          pageInfo={data?.usageEvents.pageInfo}
          columns={[
            { title: t('billing.at'), render: (_, row) => format.time(row.at) },
            { title: t('billing.quantity'), render: (_, row) => <>{format.number(row.quantity)} {row.reversed && <Tag>{t('billing.reversed')}</Tag>}</> },
            {
              title: t('billing.evidence'),
              render: (_, row) => row.evidence.startsWith('cnv_') && reads ? <Link to={`/inbox/${row.evidence}`}>{row.evidence}</Link> : row.evidence,
            },
          ]}
        />
      </State>
    </Drawer>
  );
}
