import { App, Button, Form, Input, InputNumber, Select, Space, Table, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { Currency, InvoiceStatus } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { minorUnits, useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { State } from '../../lib/page.tsx';
import { CURRENCIES } from './catalog-forms.tsx';
import { AllFapiao } from './fapiao.tsx';
import { Payments } from './payments.tsx';

const INVOICES = graphql(`
  query AllInvoices($status: InvoiceStatus, $after: String) {
    allInvoices(status: $status, first: 50, after: $after) {
      edges { node { tenantId invoice { id number status from to total { amount currency } due { amount currency } billTo { name } } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const DISPUTES = graphql(`query OpenDisputes { openDisputes { tenantId dispute { id subject reason at } } }`);
const TRANSFER = graphql(`
  mutation RecordTransfer($tenantId: ID!, $invoiceId: ID, $amount: MoneyInput!, $reference: String!) {
    recordTransfer(tenantId: $tenantId, invoiceId: $invoiceId, amount: $amount, reference: $reference) { status errors { field message } payment { id } }
  }
`);
const CREDIT = graphql(`
  mutation CreditInvoice($tenantId: ID!, $invoiceId: ID!, $minor: Int!, $reason: String!) {
    creditInvoice(tenantId: $tenantId, invoiceId: $invoiceId, minor: $minor, reason: $reason) { status errors { field message } creditNote { number } }
  }
`);
const WRITE_OFF = graphql(`
  mutation WriteOffInvoice($tenantId: ID!, $invoiceId: ID!, $reason: String!) {
    writeOffInvoice(tenantId: $tenantId, invoiceId: $invoiceId, reason: $reason) { status errors { field message } invoice { status } }
  }
`);
const GRANT = graphql(`
  mutation GrantCredit($tenantId: ID!, $amount: MoneyInput!, $note: String!) {
    grantCredit(tenantId: $tenantId, amount: $amount, note: $note) { status errors { field message } grant { id } }
  }
`);
const DECIDE = graphql(`
  mutation DecideDispute($tenantId: ID!, $disputeId: ID!, $accept: Boolean!, $answer: String!) {
    decideDispute(tenantId: $tenantId, disputeId: $disputeId, accept: $accept, answer: $answer) { status errors { field message } dispute { status } }
  }
`);

const STATUSES: InvoiceStatus[] = ['DRAFT', 'OPEN', 'PAID', 'PAST_DUE', 'UNCOLLECTIBLE', 'WRITTEN_OFF'];
const LATE: InvoiceStatus[] = ['PAST_DUE', 'UNCOLLECTIBLE'];

type Row = { id: string; tenantId: string; invoice: { id: string; number?: string | null; status: InvoiceStatus; from: string; to: string; total: { amount: string; currency: Currency }; due: { amount: string; currency: Currency }; billTo: { name: string } } };

/** Bills of all firms: transfers that came, notes that take back, credit, disputes. */
export function Selling(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const { modal } = App.useApp();
  const [status, setStatus] = useState<InvoiceStatus | null>(null);
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: INVOICES, variables: { status, after } });
  const rows: Row[] = data?.allInvoices.edges.map(({ node }) => ({ ...node, id: node.invoice.id })) ?? [];
  // What is done to an invoice is seen among payments and fapiao too.
  const [changes, setChanges] = useState(0);
  const reload = (): void => {
    again({ requestPolicy: 'network-only' });
    setChanges((count) => count + 1);
  };
  const ask = (title: string, word: string, row: Row, most: number, apply: (minor: number, text: string) => Promise<unknown>): void => {
    const unit = minorUnits(row.invoice.total.currency);
    let [amount, text] = [most, ''];
    modal.confirm({
      title: `${title}: ${row.invoice.number ?? ''}`,
      content: (
        <Space direction="vertical" style={{ width: '100%' }}>
          <InputNumber aria-label={t('selling.amount')} defaultValue={amount} min={0} suffix={row.invoice.total.currency} style={{ width: 200 }} onChange={(value) => { amount = value ?? 0; }} />
          <Input aria-label={word} placeholder={word} onChange={(event) => { text = event.target.value; }} />
        </Space>
      ),
      onOk: async () => {
        if (!(await apply(Math.round(amount * unit), text))) throw new Error('refused');
        reload();
      },
    });
  };
  const writeOff = (row: Row): void => {
    let reason = '';
    modal.confirm({
      title: `${t('selling.writeOff')}: ${row.invoice.number ?? ''}`,
      content: (
        <Space direction="vertical" style={{ width: '100%' }}>
          {t('selling.writeOffText', { amount: format.money(row.invoice.due) })}
          <Input aria-label={t('selling.reason')} placeholder={t('selling.reason')} onChange={(event) => { reason = event.target.value; }} />
        </Space>
      ),
      onOk: async () => {
        if (!(await act(WRITE_OFF, { tenantId: row.tenantId, invoiceId: row.invoice.id, reason }, t('common.saved')))) throw new Error('refused');
        reload();
      },
    });
  };
  return (
    <>
      <Comparison />
      <Disputes />
      <GrantCredit />
      <h2 style={{ fontSize: 16 }}>{t('selling.invoices')}</h2>
      <Select<InvoiceStatus | ''> aria-label={t('billing.status')} style={{ minWidth: 140, marginBottom: 12 }} value={status ?? ''} onChange={(value) => { setStatus(value || null); setAfter(null); }} options={[{ value: '' as const, label: t('selling.all') }, ...STATUSES.map((value) => ({ value, label: t(`invoice.${value}`) }))]} />
      <State fetching={fetching && !data} error={error} empty={rows.length === 0} emptyText={t('selling.noInvoices')}>
        <PagedTable<Row>
          label={t('selling.invoices')}
          rows={rows}
          rowKey="id"
          after={after}
          onAfter={setAfter}
          pageInfo={data?.allInvoices.pageInfo}
          columns={[
            { title: t('selling.firm'), render: (_, row) => <>{row.invoice.billTo.name}<div style={{ color: 'var(--soft)' }}>{row.tenantId}</div></> },
            { title: t('billing.number'), render: (_, row) => row.invoice.number ?? t('billing.draft') },
            { title: t('billing.status'), render: (_, row) => <Tag>{t(`invoice.${row.invoice.status}`)}</Tag> },
            { title: t('billing.period'), render: (_, row) => format.date(row.invoice.from) },
            { title: t('billing.gross'), render: (_, row) => format.money(row.invoice.total), align: 'right' },
            { title: t('billing.due'), render: (_, row) => format.money(row.invoice.due), align: 'right' },
            {
              title: t('common.actions'),
              render: (_, row) => row.invoice.number && (
                <Space>
                  {Number(row.invoice.due.amount) > 0 && (
                    <Button size="small" onClick={() => ask(t('selling.transfer'), t('selling.reference'), row, Number(row.invoice.due.amount), (minor, reference) => act(TRANSFER, { tenantId: row.tenantId, invoiceId: row.invoice.id, amount: { minor, currency: row.invoice.total.currency }, reference }, t('common.saved')))}>{t('selling.transfer')}</Button>
                  )}
                  {LATE.includes(row.invoice.status) && <Button size="small" danger onClick={() => writeOff(row)}>{t('selling.writeOff')}</Button>}
                  {Number(row.invoice.total.amount) > 0 && (
                    <Button size="small" onClick={() => ask(t('selling.credit'), t('selling.reason'), row, Number(row.invoice.total.amount), (minor, reason) => act(CREDIT, { tenantId: row.tenantId, invoiceId: row.invoice.id, minor, reason }, t('common.saved')))}>{t('selling.credit')}</Button>
                  )}
                </Space>
              ),
            },
          ]}
        />
      </State>
      <Payments key={`payments${changes}`} />
      <AllFapiao key={`fapiao${changes}`} />
    </>
  );
}

const REPORTS = graphql(`query Reconciliations { reconciliations { at firms differences { tenant check expected found } } }`);
const RECONCILE = graphql(`mutation Reconcile { reconcile { status errors { field message } reconciliation { firms } } }`);

/** The latest comparison of what came, what was counted, what was billed and the ledger. */
function Comparison(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const [{ data }, again] = useQuery({ query: REPORTS });
  const last = data?.reconciliations[0];
  const differences = last?.differences ?? [];
  return (
    <>
      <Space wrap style={{ marginBottom: 12 }}>
        <h2 style={{ fontSize: 16, margin: 0 }}>{t('selling.comparison')}</h2>
        {last && <Tag color={differences.length === 0 ? 'success' : 'error'}>{t('selling.compared', { at: format.time(last.at), firms: last.firms, count: differences.length })}</Tag>}
        <Button size="small" onClick={() => void act(RECONCILE, {}, t('selling.comparedNow')).then(() => again({ requestPolicy: 'network-only' }))}>{t('selling.compareNow')}</Button>
      </Space>
      {differences.length > 0 && (
        <Table
          size="small"
          aria-label={t('selling.comparison')}
          rowKey={(row) => `${row.tenant}${row.check}`}
          scroll={{ x: 'max-content' }}
          pagination={{ pageSize: 20, hideOnSinglePage: true }}
          dataSource={differences}
          columns={[
            { title: t('selling.firm'), dataIndex: 'tenant' },
            { title: t('selling.check'), dataIndex: 'check' },
            { title: t('selling.expected'), dataIndex: 'expected' },
            { title: t('selling.found'), dataIndex: 'found' },
          ]}
        />
      )}
    </>
  );
}

type Grant = { tenantId: string; amount: number; currency: Currency; note: string };

function GrantCredit(): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [form] = Form.useForm<Grant>();
  const give = (values: Grant): void => {
    const amount = { minor: Math.round(values.amount * minorUnits(values.currency)), currency: values.currency };
    void act(GRANT, { tenantId: values.tenantId.trim(), amount, note: values.note }, t('common.saved')).then((done) => done && form.resetFields());
  };
  return (
    <>
      <h2 style={{ fontSize: 16 }}>{t('selling.grant')}</h2>
      <Form<Grant> form={form} layout="inline" initialValues={{ currency: 'CNY' }} onFinish={give} style={{ rowGap: 8, marginBottom: 16 }}>
        <Form.Item name="tenantId" rules={[{ required: true, message: t('selling.tenant') }]}><Input aria-label={t('selling.tenant')} placeholder="ten_…" style={{ width: 260 }} /></Form.Item>
        <Form.Item name="amount" rules={[{ required: true, message: t('selling.amount') }]}><InputNumber aria-label={t('selling.amount')} min={0} placeholder={t('selling.amount')} /></Form.Item>
        <Form.Item name="currency"><Select aria-label={t('selling.currency')} style={{ width: 90 }} options={CURRENCIES.map((value) => ({ value, label: value }))} /></Form.Item>
        <Form.Item name="note" rules={[{ required: true, message: t('selling.note') }]}><Input aria-label={t('selling.note')} placeholder={t('selling.note')} /></Form.Item>
        <Button htmlType="submit">{t('selling.grant')}</Button>
      </Form>
    </>
  );
}

function Disputes(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const { modal } = App.useApp();
  const [{ data }, again] = useQuery({ query: DISPUTES });
  const rows = data?.openDisputes ?? [];
  if (rows.length === 0) return null;
  const decide = (tenantId: string, disputeId: string, accept: boolean): void => {
    let answer = '';
    modal.confirm({
      title: accept ? t('selling.accept') : t('selling.reject'),
      content: <Input.TextArea aria-label={t('selling.answer')} placeholder={t('selling.answer')} onChange={(event) => { answer = event.target.value; }} />,
      onOk: async () => {
        if (!(await act(DECIDE, { tenantId, disputeId, accept, answer }, t('common.saved')))) throw new Error('refused');
        again({ requestPolicy: 'network-only' });
      },
    });
  };
  return (
    <>
      <h2 style={{ fontSize: 16 }}>{t('selling.disputes')}</h2>
      <Table
        size="small"
        aria-label={t('selling.disputes')}
        rowKey={(row) => row.dispute.id}
        scroll={{ x: 'max-content' }}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        style={{ marginBottom: 16 }}
        dataSource={rows}
        columns={[
          { title: t('selling.firm'), dataIndex: 'tenantId' },
          { title: t('billing.at'), render: (_, row) => format.time(row.dispute.at) },
          { title: t('billing.evidence'), render: (_, row) => row.dispute.subject },
          { title: t('billing.why'), render: (_, row) => row.dispute.reason },
          {
            title: t('common.actions'),
            render: (_, row) => (
              <Space>
                <Button size="small" onClick={() => decide(row.tenantId, row.dispute.id, true)}>{t('selling.accept')}</Button>
                <Button size="small" onClick={() => decide(row.tenantId, row.dispute.id, false)}>{t('selling.reject')}</Button>
              </Space>
            ),
          },
        ]}
      />
    </>
  );
}
