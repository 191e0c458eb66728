import { App, Button, Input, Select, Space, Table, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { DeliveryStatus } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { State } from '../../lib/page.tsx';
import { SecretShown } from '../../lib/secret-shown.tsx';

const WEBHOOKS = graphql(`
  query Webhooks($after: String, $status: DeliveryStatus) {
    webhooks { id url enabled createdAt }
    webhookDeliveries(first: 50, after: $after, status: $status) {
      edges { node { id webhookId eventType status attempts lastResult nextAttemptAt createdAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const CREATE = graphql(`
  mutation CreateWebhook($url: String!) {
    createWebhook(url: $url) { status errors { field message } created { secret webhook { id } } }
  }
`);
const REMOVE = graphql(`
  mutation DeleteWebhook($id: ID!) {
    deleteWebhook(id: $id) { status errors { field message } removed }
  }
`);
const REPLAY = graphql(`
  mutation Replay($id: ID!) {
    replayWebhookDelivery(id: $id) { status errors { field message } delivery { id status } }
  }
`);
const COLORS: Record<string, string> = { DELIVERED: 'success', PENDING: 'warning', FAILED: 'error' };

export function Webhooks(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const { modal } = App.useApp();
  const [url, setUrl] = useState('');
  const [secret, setSecret] = useState<string | null>(null);
  const [after, setAfter] = useState<string | null>(null);
  const [status, setStatus] = useState<DeliveryStatus | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: WEBHOOKS, variables: { after, status } });
  const create = async (): Promise<void> => {
    const made = await act(CREATE, { url });
    if (!made?.created) return;
    setSecret(made.created.secret);
    setUrl('');
    again();
  };
  const remove = (id: string): void => {
    modal.confirm({
      title: t('webhooks.removeTitle'),
      okType: 'danger',
      onOk: async () => {
        await act(REMOVE, { id }, t('common.removed'));
        again();
      },
    });
  };
  const deliveries = data?.webhookDeliveries.edges.map((edge) => edge.node) ?? [];
  return (
    <State fetching={fetching && !data} error={error}>
      <Space.Compact style={{ marginBottom: 12, maxWidth: 560, width: '100%' }}>
        <Input aria-label={t('webhooks.url')} placeholder="https://" value={url} onChange={(event) => setUrl(event.target.value)} />
        <Button type="primary" disabled={!url} onClick={() => void create()}>{t('webhooks.add')}</Button>
      </Space.Compact>
      <Table
        rowKey="id"
        pagination={false}
        dataSource={data?.webhooks ?? []}
        columns={[
          { title: t('webhooks.url'), dataIndex: 'url' },
          { title: t('common.actions'), render: (_, row) => <Button danger size="small" onClick={() => remove(row.id)}>{t('common.remove')}</Button> },
        ]}
      />
      <h2 style={{ fontSize: 16 }}>{t('webhooks.log')}</h2>
      <Space style={{ marginBottom: 8 }}>
        <Select
          allowClear
          aria-label={t('webhooks.status')}
          placeholder={t('webhooks.status')}
          style={{ minWidth: 140 }}
          value={status}
          onChange={(wanted?: DeliveryStatus) => {
            setStatus(wanted ?? null);
            setAfter(null);
          }}
          options={(['FAILED', 'PENDING', 'DELIVERED'] as const).map((value) => ({ value, label: t(`delivery.${value}`) }))}
        />
        <Button onClick={() => again()}>{t('common.refresh')}</Button>
      </Space>
      <PagedTable
        label={t('webhooks.log')}
        rows={deliveries}
        rowKey="id"
        after={after}
        onAfter={setAfter}
        pageInfo={data?.webhookDeliveries.pageInfo}
        columns={[
          { title: t('webhooks.event'), dataIndex: 'eventType' },
          { title: t('webhooks.status'), render: (_, row) => <Tag color={COLORS[row.status]}>{t(`delivery.${row.status}`)}</Tag> },
          { title: t('webhooks.attempts'), dataIndex: 'attempts' },
          { title: t('webhooks.result'), dataIndex: 'lastResult' },
          { title: t('webhooks.at'), render: (_, row) => format.time(row.createdAt) },
          { title: t('common.actions'), render: (_, row) => row.status !== 'PENDING' && <Button size="small" onClick={() => void act(REPLAY, { id: row.id }, t('common.saved')).then(() => again())}>{t('webhooks.replay')}</Button> },
        ]}
      />
      <SecretShown secret={secret} onClose={() => setSecret(null)} />
    </State>
  );
}
