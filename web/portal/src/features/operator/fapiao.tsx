import { App, Button, Input, Select, Space, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { FapiaoStatus } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { State } from '../../lib/page.tsx';

const FAPIAO = graphql(`
  query AllFapiao($status: FapiaoStatus, $after: String) {
    allFapiao(status: $status, first: 20, after: $after) {
      edges { node { tenantId fapiao { id invoiceNumber kind status corrects title taxNumber number failure at amount { amount currency } } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const RECORD = graphql(`
  mutation RecordFapiao($tenantId: ID!, $fapiaoId: ID!, $number: String, $refusal: String) {
    recordFapiao(tenantId: $tenantId, fapiaoId: $fapiaoId, number: $number, refusal: $refusal) { status errors { field message } fapiao { id } }
  }
`);
const COLORS: Record<FapiaoStatus, string> = { REQUESTED: 'processing', ISSUED: 'success', REFUSED: 'error' };
const STATUSES: FapiaoStatus[] = ['REQUESTED', 'ISSUED', 'REFUSED'];

/** Fapiao of all firms: the file of those to issue, and the numbers that they got. */
export function AllFapiao(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const { modal } = App.useApp();
  const [status, setStatus] = useState<FapiaoStatus>('REQUESTED');
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: FAPIAO, variables: { status, after }, requestPolicy: 'cache-and-network' });
  const rows = data?.allFapiao.edges.map(({ node }) => ({ id: node.fapiao.id, tenantId: node.tenantId, fapiao: node.fapiao })) ?? [];
  const record = (tenantId: string, fapiaoId: string): void => {
    let [number, refusal] = ['', ''];
    modal.confirm({
      title: t('fapiao.record'),
      content: (
        <Space orientation="vertical" style={{ width: '100%' }}>
          <Input aria-label={t('fapiao.number')} placeholder={t('fapiao.number')} onChange={(event) => { number = event.target.value; }} />
          <Input aria-label={t('fapiao.refusal')} placeholder={t('fapiao.refusal')} onChange={(event) => { refusal = event.target.value; }} />
        </Space>
      ),
      onOk: async () => {
        if (!(await act(RECORD, { tenantId, fapiaoId, number, refusal }, t('common.saved')))) throw new Error('refused');
        again({ requestPolicy: 'network-only' });
      },
    });
  };
  return (
    <>
      <h2 style={{ fontSize: 16 }}>{t('fapiao.title')} <Button size="small" href="/billing/fapiao.csv">{t('fapiao.export')}</Button></h2>
      <Select<FapiaoStatus> aria-label={t('fapiao.status')} style={{ minWidth: 140, marginBottom: 12 }} value={status} onChange={(value) => { setStatus(value); setAfter(null); }} options={STATUSES.map((value) => ({ value, label: t(`fapiao.${value}`) }))} />
      <State fetching={fetching && !data} error={error} empty={rows.length === 0} emptyText={t('fapiao.none')}>
        <PagedTable
          label={t('fapiao.title')}
          rows={rows}
          rowKey="id"
          after={after}
          onAfter={setAfter}
          pageInfo={data?.allFapiao.pageInfo}
          columns={[
            { title: t('selling.firm'), dataIndex: 'tenantId' },
            { title: t('billing.number'), render: (_, row) => row.fapiao.invoiceNumber },
            { title: t('fapiao.kind'), render: (_, row) => <>{t(`fapiao.${row.fapiao.kind}`)}{row.fapiao.corrects && <div>{t('fapiao.red', { number: row.fapiao.corrects })}</div>}</> },
            { title: t('fapiao.payer'), render: (_, row) => <>{row.fapiao.title}<div style={{ color: 'var(--soft)' }}>{row.fapiao.taxNumber}</div></> },
            { title: t('wallet.amount'), render: (_, row) => format.money(row.fapiao.amount), align: 'right' },
            { title: t('fapiao.status'), render: (_, row) => <><Tag color={COLORS[row.fapiao.status]}>{t(`fapiao.${row.fapiao.status}`)}</Tag>{row.fapiao.number ?? row.fapiao.failure}</> },
            { title: t('billing.at'), render: (_, row) => format.time(row.fapiao.at) },
            { title: t('common.actions'), render: (_, row) => row.fapiao.status === 'REQUESTED' && <Button size="small" onClick={() => record(row.tenantId, row.id)}>{t('fapiao.record')}</Button> },
          ]}
        />
      </State>
    </>
  );
}
