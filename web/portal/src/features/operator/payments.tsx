import { App, Button, Input, InputNumber, Space, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { Currency, PaymentMethod, PaymentStatus } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { minorUnits, useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { State } from '../../lib/page.tsx';

const PAYMENTS = graphql(`
  query AllPayments($after: String) {
    allPayments(first: 20, after: $after) {
      edges { node { tenantId payment { id method status reference failure at amount { amount currency } refunded { amount currency } refunds { id status reason failure } } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const REFUND = graphql(`
  mutation RefundPayment($tenantId: ID!, $paymentId: ID!, $minor: Int!, $reason: String!) {
    refundPayment(tenantId: $tenantId, paymentId: $paymentId, minor: $minor, reason: $reason) { status errors { field message } payment { id } }
  }
`);

type Amount = { amount: string; currency: Currency };
type Row = { id: string; tenantId: string; payment: { id: string; method: PaymentMethod; status: PaymentStatus; reference: string; failure?: string | null; at: string; amount: Amount; refunded: Amount; refunds: { id: string; status: PaymentStatus; reason: string; failure?: string | null }[] } };
const COLORS: Record<PaymentStatus, string> = { PENDING: 'processing', SUCCEEDED: 'success', FAILED: 'error', REFUNDED: 'default' };

/** Payments of all firms, and what goes back of them. */
export function Payments(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const { modal } = App.useApp();
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: PAYMENTS, variables: { after }, requestPolicy: 'cache-and-network' });
  const rows: Row[] = data?.allPayments.edges.map(({ node }) => ({ ...node, id: node.payment.id })) ?? [];
  const refund = ({ tenantId, payment }: Row): void => {
    const unit = minorUnits(payment.amount.currency);
    let [amount, reason] = [Number(payment.amount.amount) - Number(payment.refunded.amount), ''];
    modal.confirm({
      title: t('selling.refund'),
      content: (
        <Space orientation="vertical" style={{ width: '100%' }}>
          {t('selling.refundExplained')}
          <InputNumber aria-label={t('selling.amount')} defaultValue={amount} min={0} suffix={payment.amount.currency} style={{ width: 200 }} onChange={(value) => { amount = value ?? 0; }} />
          <Input aria-label={t('selling.reason')} placeholder={t('selling.reason')} onChange={(event) => { reason = event.target.value; }} />
        </Space>
      ),
      onOk: async () => {
        const variables = { tenantId, paymentId: payment.id, minor: Math.round(amount * unit), reason };
        if (!(await act(REFUND, variables, t('selling.refunding')))) throw new Error('refused');
        again({ requestPolicy: 'network-only' });
      },
    });
  };
  return (
    <>
      <h2 style={{ fontSize: 16 }}>{t('wallet.payments')}</h2>
      <State fetching={fetching && !data} error={error} empty={rows.length === 0} emptyText={t('wallet.noPayments')}>
        <PagedTable<Row>
          label={t('wallet.payments')}
          rows={rows}
          rowKey="id"
          after={after}
          onAfter={setAfter}
          pageInfo={data?.allPayments.pageInfo}
          columns={[
            { title: t('selling.firm'), dataIndex: 'tenantId' },
            { title: t('billing.at'), render: (_, row) => format.time(row.payment.at) },
            { title: t('wallet.method'), render: (_, row) => t(`wallet.${row.payment.method}`) },
            { title: t('billing.status'), render: (_, row) => <Tag color={COLORS[row.payment.status]}>{t(`payment.${row.payment.status}`)}</Tag> },
            { title: t('wallet.amount'), render: (_, row) => format.money(row.payment.amount), align: 'right' },
            { title: t('wallet.refunded'), render: (_, row) => row.payment.refunds.length > 0 && <>{format.money(row.payment.refunded)}{row.payment.refunds.map((one) => <div key={one.id} style={{ color: 'var(--soft)' }}>{t(`payment.${one.status}`)} · {one.failure ?? one.reason}</div>)}</>, align: 'right' },
            { title: t('wallet.reference'), render: (_, row) => row.payment.failure ?? row.payment.reference },
            { title: t('common.actions'), render: (_, row) => row.payment.status === 'SUCCEEDED' && <Button size="small" onClick={() => refund(row)}>{t('selling.refund')}</Button> },
          ]}
        />
      </State>
    </>
  );
}
