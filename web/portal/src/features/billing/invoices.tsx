import { Button, Descriptions, Drawer, List, Space, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { InvoiceStatus } from '../../gql/graphql.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { State } from '../../lib/page.tsx';
import { InvoiceFapiao } from './fapiao.tsx';
import { Lines } from './lines.tsx';
import { PayInvoice } from './paying.tsx';

const INVOICES = graphql(`
  query Invoices($after: String) {
    invoices(first: 20, after: $after) {
      edges { node { id number status from to dueAt total { amount currency } due { amount currency } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const INVOICE = graphql(`
  query Invoice($id: ID!) {
    invoice(id: $id) {
      id number status from to finalizesAt finalizedAt dueAt
      net { amount currency } tax { amount currency } total { amount currency }
      paid { amount currency } credited { amount currency } writtenOff { amount currency } due { amount currency }
      lines { ...Lines }
      creditNotes { id number reason at total { amount currency } toWallet { amount currency } }
      billTo { name region taxNumber address email }
    }
  }
`);

const COLORS: Record<InvoiceStatus, string> = { DRAFT: 'default', OPEN: 'processing', PAID: 'success', PAST_DUE: 'warning', UNCOLLECTIBLE: 'error', WRITTEN_OFF: 'default' };

/** All invoices; each opens with its lines, and each line with its evidence. */
export function Invoices(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [after, setAfter] = useState<string | null>(null);
  const [opened, setOpened] = useState<string | null>(null);
  const [{ data, fetching, error }] = useQuery({ query: INVOICES, variables: { after } });
  const rows = data?.invoices.edges.map((edge) => edge.node) ?? [];
  const last = (to: string): string => format.date(new Date(Date.parse(to) - 1).toISOString());
  return (
    <State fetching={fetching && !data} error={error} empty={rows.length === 0} emptyText={t('billing.noInvoices')}>
      <PagedTable
        label={t('billing.invoices')}
        rows={rows}
        rowKey="id"
        after={after}
        onAfter={setAfter}
        pageInfo={data?.invoices.pageInfo}
        columns={[
          { title: t('billing.number'), render: (_, row) => <Button type="link" onClick={() => setOpened(row.id)}>{row.number ?? t('billing.draft')}</Button> },
          { title: t('billing.status'), render: (_, row) => <Tag color={COLORS[row.status]}>{t(`invoice.${row.status}`)}</Tag> },
          { title: t('billing.period'), render: (_, row) => `${format.date(row.from)} – ${last(row.to)}` },
          { title: t('billing.gross'), render: (_, row) => format.money(row.total), align: 'right' },
          { title: t('billing.due'), render: (_, row) => format.money(row.due), align: 'right' },
          { title: t('billing.dueAt'), render: (_, row) => (row.dueAt && Number(row.due.amount) > 0 ? format.date(row.dueAt) : '') },
        ]}
      />
      {opened && <OneInvoice id={opened} onClose={() => setOpened(null)} />}
    </State>
  );
}

function OneInvoice(props: { id: string; onClose: () => void }): ReactNode {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const [{ data, fetching, error }] = useQuery({ query: INVOICE, variables: { id: props.id } });
  const invoice = data?.invoice;
  return (
    <Drawer
      open
      size={1100}
      title={invoice?.number ?? t('billing.draft')}
      onClose={props.onClose}
      extra={
        <Space>
          {Number(invoice?.due.amount ?? 0) > 0 && <PayInvoice id={props.id} />}
          <Button href={`/billing/invoices/${props.id}.pdf?lang=zh-CN`} target="_blank">{t('billing.pdfZh')}</Button>
          <Button href={`/billing/invoices/${props.id}.pdf?lang=en-US`} target="_blank">{t('billing.pdfEn')}</Button>
        </Space>
      }
    >
      <State fetching={fetching && !data} error={error}>
        {invoice && (
          <Space direction="vertical" size="large" style={{ width: '100%' }}>
            <Descriptions
              size="small"
              column={{ xs: 1, md: 3 }}
              items={[
                { key: 'status', label: t('billing.status'), children: t(`invoice.${invoice.status}`) },
                { key: 'to', label: t('billing.billTo'), children: [invoice.billTo.name, invoice.billTo.taxNumber].filter(Boolean).join(' · ') || '–' },
                { key: 'dueAt', label: invoice.finalizedAt ? t('billing.dueAt') : t('billing.finalizesAt'), children: format.time(invoice.finalizedAt ? (invoice.dueAt ?? invoice.finalizedAt) : invoice.finalizesAt) },
                { key: 'net', label: t('billing.net'), children: format.money(invoice.net) },
                { key: 'tax', label: t('billing.tax'), children: format.money(invoice.tax) },
                { key: 'total', label: t('billing.gross'), children: <b>{format.money(invoice.total)}</b> },
                { key: 'paid', label: t('billing.paid'), children: format.money(invoice.paid) },
                { key: 'credited', label: t('billing.credited'), children: format.money(invoice.credited) },
                ...(Number(invoice.writtenOff.amount) > 0 ? [{ key: 'writtenOff', label: t('billing.writtenOff'), children: format.money(invoice.writtenOff) }] : []),
                { key: 'due', label: t('billing.due'), children: <b>{format.money(invoice.due)}</b> },
              ]}
            />
            <Lines lines={invoice.lines} />
            {invoice.status === 'PAID' && invoice.total.currency === 'CNY' && <InvoiceFapiao invoiceId={invoice.id} title={invoice.billTo.name} taxNumber={invoice.billTo.taxNumber ?? ''} email={invoice.billTo.email ?? ''} />}
            {invoice.creditNotes.length > 0 && (
              <List
                header={t('billing.creditNotes')}
                dataSource={invoice.creditNotes}
                renderItem={(note) => <List.Item actions={[<a key="pdf" href={`/billing/credit-notes/${note.id}.pdf?lang=${i18n.language}`} target="_blank" rel="noreferrer">{t('billing.pdf')}</a>]}>{note.number} · {format.date(note.at)} · {note.reason} · {format.money(note.total)}{Number(note.toWallet.amount) > 0 && ` (${t('billing.toWallet', { amount: format.money(note.toWallet) })})`}</List.Item>}
              />
            )}
          </Space>
        )}
      </State>
    </Drawer>
  );
}
