import { App, Button, Drawer, Input, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';

const EVIDENCE = graphql(`
  query Evidence($meter: String!, $from: DateTime!, $to: DateTime!, $after: String) {
    usageEvents(meter: $meter, from: $from, to: $to, first: 50, after: $after) {
      edges { node { id source sourceId value at receivedAt subject reverses reversed } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const DISPUTE = graphql(`
  mutation DisputeUsage($id: ID!, $reason: String!) {
    disputeUsage(usageId: $id, reason: $reason) { status errors { field message } dispute { id } }
  }
`);

/** The facts behind a line of a bill; those about conversations open them, and each can be disputed. */
export function Evidence(props: { meter: string; name: string; from: string; to: string; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const { modal } = App.useApp();
  const reads = useMay('READ_CONVERSATIONS');
  const manages = useMay('MANAGE_BILLING');
  const [after, setAfter] = useState<string | null>(null);
  const { meter, from, to } = props;
  const [{ data, fetching, error }] = useQuery({ query: EVIDENCE, variables: { meter, from, to, after } });
  const rows = data?.usageEvents.edges.map((edge) => edge.node) ?? [];
  const dispute = (id: string): void => {
    let reason = '';
    modal.confirm({
      title: t('billing.dispute'),
      content: <Input.TextArea aria-label={t('billing.disputeWhy')} placeholder={t('billing.disputeWhy')} rows={3} maxLength={2000} onChange={(event) => { reason = event.target.value; }} />,
      onOk: async () => {
        if (!(await act(DISPUTE, { id, reason }, t('billing.disputed')))) throw new Error('refused');
      },
    });
  };
  return (
    <Drawer open size="large" title={t('billing.evidenceOf', { meter: props.name })} onClose={props.onClose}>
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
            {
              title: t('billing.quantity'),
              render: (_, row) => <>{format.decimal(row.value)} {row.reversed && <Tag>{t('billing.reversed')}</Tag>}{row.reverses && <Tag>{t('billing.reversal')}</Tag>}</>,
            },
            {
              title: t('billing.evidence'),
              render: (_, row) => (row.subject.startsWith('cnv_') && reads ? <Link to={`/inbox/${row.subject}`}>{row.subject}</Link> : row.subject || `${row.source} ${row.sourceId}`),
            },
            {
              title: t('common.actions'),
              render: (_, row) => manages && !row.reversed && !row.reverses && <Button size="small" onClick={() => dispute(row.id)}>{t('billing.dispute')}</Button>,
            },
          ]}
        />
      </State>
    </Drawer>
  );
}
