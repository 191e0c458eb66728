import { Alert, Button, Form, Input, Modal, Radio, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { FapiaoKind, FapiaoStatus } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { useMay } from '../../lib/viewer.tsx';

const FAPIAO = graphql(`
  query InvoiceFapiao($id: ID!) {
    fapiao(invoiceId: $id) { id kind status corrects title number url failure at amount { amount currency } }
  }
`);
const REQUEST = graphql(`
  mutation RequestFapiao($input: FapiaoRequest!) {
    requestFapiao(input: $input) { status errors { field message } fapiao { id } }
  }
`);

type Values = { kind: FapiaoKind; title: string; taxNumber?: string; address?: string; bank?: string; email?: string };
const COLORS: Record<FapiaoStatus, string> = { REQUESTED: 'processing', ISSUED: 'success', REFUSED: 'error' };

/** The fapiao of a paid invoice: those there are, and asking for one. */
export function InvoiceFapiao(props: { invoiceId: string; title: string; taxNumber: string; email: string }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const manages = useMay('MANAGE_BILLING');
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<Values>();
  const [{ data }, again] = useQuery({ query: FAPIAO, variables: { id: props.invoiceId }, requestPolicy: 'cache-and-network' });
  const kind = Form.useWatch('kind', form);
  if (!data) return null;
  const live = data.fapiao.some((one) => !one.corrects && one.status !== 'REFUSED');
  const ask = async (values: Values): Promise<void> => {
    const text = (value?: string): string | null => value?.trim() || null;
    const input = { invoiceId: props.invoiceId, kind: values.kind, title: values.title, taxNumber: text(values.taxNumber), address: text(values.address), bank: text(values.bank), email: text(values.email) };
    if (!(await act(REQUEST, { input }, t('fapiao.requested')))) return;
    setOpen(false);
    again({ requestPolicy: 'network-only' });
  };
  const required = kind === 'SPECIAL';
  return (
    <section aria-label={t('fapiao.title')}>
      <h3 style={{ fontSize: 15 }}>{t('fapiao.title')}</h3>
      {data.fapiao.map((one) => (
        <p key={one.id}>
          <Tag color={COLORS[one.status]}>{t(`fapiao.${one.status}`)}</Tag>{' '}
          {t(`fapiao.${one.kind}`)}{one.corrects && ` · ${t('fapiao.red', { number: one.corrects })}`} · {one.title} · {format.money(one.amount)} · {format.time(one.at)}{' '}
          {one.number && (one.url ? <a href={one.url} target="_blank" rel="noreferrer">{one.number}</a> : one.number)} {one.failure}
        </p>
      ))}
      {data.fapiao.length === 0 && !manages && <p>{t('fapiao.none')}</p>}
      {manages && !live && <Button onClick={() => setOpen(true)}>{t('fapiao.request')}</Button>}
      <Modal open={open} title={t('fapiao.request')} onCancel={() => setOpen(false)} onOk={form.submit} okText={t('fapiao.request')} destroyOnHidden>
        <Form<Values> form={form} layout="vertical" initialValues={{ kind: 'NORMAL', title: props.title, taxNumber: props.taxNumber, email: props.email }} onFinish={(values) => void ask(values)}>
          <Form.Item name="kind" label={t('fapiao.kind')}>
            <Radio.Group options={(['NORMAL', 'SPECIAL'] as const).map((value) => ({ value, label: t(`fapiao.${value}`) }))} />
          </Form.Item>
          <Form.Item name="title" label={t('fapiao.payer')} rules={[{ required: true, message: t('fapiao.needed') }]}><Input maxLength={100} /></Form.Item>
          <Form.Item name="taxNumber" label={t('fapiao.taxNumber')} rules={[{ required, message: t('fapiao.needed') }]}><Input maxLength={20} /></Form.Item>
          <Form.Item name="address" label={t('fapiao.address')} rules={[{ required, message: t('fapiao.needed') }]}><Input maxLength={200} /></Form.Item>
          <Form.Item name="bank" label={t('fapiao.bank')} rules={[{ required, message: t('fapiao.needed') }]}><Input maxLength={200} /></Form.Item>
          <Form.Item name="email" label={t('fapiao.email')}><Input maxLength={254} /></Form.Item>
          <Alert type="info" title={t('fapiao.explained')} />
        </Form>
      </Modal>
    </section>
  );
}
