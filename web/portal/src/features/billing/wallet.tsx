import { Button, Card, Empty, Statistic, Table, Tag } from 'antd';
import { type ReactNode, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { State } from '../../lib/page.tsx';
import { WaysToPay } from './paying.tsx';

const WALLET = graphql(`
  query Wallet {
    wallet { balance { amount currency } grants { id kind note grantedAt expiresAt amount { amount currency } remaining { amount currency } } }
    payments(first: 50) { edges { node { id method status reference failure at invoiceId amount { amount currency } refunded { amount currency } } } }
  }
`);
const LEDGER = graphql(`
  query Ledger($after: String) {
    ledger(first: 50, after: $after) { edges { node { id transaction account at amount { amount currency } } } pageInfo { hasNextPage endCursor } }
  }
`);

/** Prepaid credit, payments, and every movement of the firm's accounts. */
export function WalletAndPayments(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: WALLET });
  const [{ data: ledger }, ledgerAgain] = useQuery({ query: LEDGER, variables: { after } });
  const reload = useCallback(() => {
    again({ requestPolicy: 'network-only' });
    ledgerAgain({ requestPolicy: 'network-only' });
  }, [again, ledgerAgain]);
  const wallet = data?.wallet;
  const rows = ledger?.ledger.edges.map((edge) => edge.node) ?? [];
  return (
    <State fetching={fetching && !data} error={error}>
      {wallet && (
        <>
          <WaysToPay currency={wallet.balance.currency} onPaid={reload} />
          <Card style={{ marginBottom: 16 }}>
            <Statistic title={t('wallet.balance')} value={format.money(wallet.balance)} />
            <p style={{ color: 'var(--soft)', margin: 0 }}>{t('wallet.explained')}</p>
          </Card>
          <h2 style={{ fontSize: 16 }}>{t('wallet.grants')}</h2>
          <Table
            size="small"
            rowKey="id"
            aria-label={t('wallet.grants')}
            pagination={{ pageSize: 10, hideOnSinglePage: true }}
            scroll={{ x: 'max-content' }}
            locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('wallet.noGrants')} /> }}
            dataSource={wallet.grants}
            columns={[
              { title: t('wallet.kind'), render: (_, row) => t(`wallet.${row.kind}`) },
              { title: t('wallet.note'), dataIndex: 'note' },
              { title: t('wallet.amount'), render: (_, row) => format.money(row.amount), align: 'right' },
              { title: t('wallet.remaining'), render: (_, row) => format.money(row.remaining), align: 'right' },
              { title: t('wallet.grantedAt'), render: (_, row) => format.date(row.grantedAt) },
              { title: t('wallet.expiresAt'), render: (_, row) => (row.expiresAt ? format.date(row.expiresAt) : t('wallet.never')) },
            ]}
          />
          <h2 style={{ fontSize: 16 }}>{t('wallet.payments')}</h2>
          <Table
            size="small"
            rowKey="id"
            aria-label={t('wallet.payments')}
            pagination={{ pageSize: 10, hideOnSinglePage: true }}
            scroll={{ x: 'max-content' }}
            locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('wallet.noPayments')} /> }}
            dataSource={data.payments.edges.map((edge) => edge.node)}
            columns={[
              { title: t('billing.at'), render: (_, row) => format.time(row.at) },
              { title: t('wallet.method'), render: (_, row) => t(`wallet.${row.method}`) },
              { title: t('billing.status'), render: (_, row) => <Tag color={row.status === 'SUCCEEDED' ? 'success' : row.status === 'FAILED' ? 'error' : 'default'}>{t(`payment.${row.status}`)}</Tag> },
              { title: t('wallet.amount'), render: (_, row) => format.money(row.amount), align: 'right' },
              { title: t('wallet.refunded'), render: (_, row) => (Number(row.refunded.amount) > 0 ? format.money(row.refunded) : ''), align: 'right' },
              { title: t('wallet.reference'), render: (_, row) => row.failure ?? row.reference },
            ]}
          />
          <h2 style={{ fontSize: 16 }}>{t('wallet.ledger')} <Button size="small" href="/billing/ledger.csv">{t('billing.csv')}</Button></h2>
          {rows.length === 0 && !after ? (
            <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('wallet.noMovements')} />
          ) : (
            <PagedTable
              label={t('wallet.ledger')}
              rows={rows}
              rowKey="id"
              after={after}
              onAfter={setAfter}
              pageInfo={ledger?.ledger.pageInfo}
              columns={[
                { title: t('billing.at'), render: (_, row) => format.time(row.at) },
                { title: t('wallet.account'), render: (_, row) => t(`ledger.${row.account}`) },
                { title: t('wallet.transaction'), dataIndex: 'transaction' },
                { title: t('wallet.debit'), render: (_, row) => (Number(row.amount.amount) > 0 ? format.money(row.amount) : ''), align: 'right' },
                { title: t('wallet.credit'), render: (_, row) => (Number(row.amount.amount) < 0 ? format.money({ ...row.amount, amount: row.amount.amount.slice(1) }) : ''), align: 'right' },
              ]}
            />
          )}
        </>
      )}
    </State>
  );
}
