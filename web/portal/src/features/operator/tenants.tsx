import { App, Button, Form, Input, InputNumber, Modal, Select, Space, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { AllTenantsQuery, QuotaInput } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { State } from '../../lib/page.tsx';

const TENANTS = graphql(`
  query AllTenants($search: String, $after: String) {
    plans
    allTenants(search: $search, first: 50, after: $after) {
      edges {
        node {
          members lastSeenAt
          tenant { id name industry locale status createdAt quota { plan messagesPerSecond requestsPerSecond members queryDepth queryComplexity } allowance { members } }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const QUOTA = graphql(`
  mutation SetQuota($id: ID!, $quota: QuotaInput!) {
    setTenantQuota(tenantId: $id, quota: $quota) { status errors { field message } tenant { id } }
  }
`);
const SUSPEND = graphql(`
  mutation SetSuspended($id: ID!, $suspended: Boolean!) {
    setTenantSuspended(tenantId: $id, suspended: $suspended) { status errors { field message } tenant { id status } }
  }
`);
const COLORS: Record<string, string> = { ACTIVE: 'success', SUSPENDED: 'error', PENDING_DELETION: 'warning' };
const FIELDS = ['messagesPerSecond', 'requestsPerSecond', 'members', 'queryDepth', 'queryComplexity'] as const;

type Tenant = AllTenantsQuery['allTenants']['edges'][number]['node']['tenant'];

function QuotaDialog(props: { tenant: Tenant; plans: string[]; onClose: (saved: boolean) => void }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [form] = Form.useForm<QuotaInput>();
  const save = async (values: QuotaInput): Promise<void> => {
    const quota = Object.fromEntries([...FIELDS, 'plan' as const].map((field) => [field, values[field] ?? null]));
    if (await act(QUOTA, { id: props.tenant.id, quota }, t('common.saved'))) props.onClose(true);
  };
  return (
    <Modal open title={t('operator.quotaOf', { name: props.tenant.name })} onOk={() => form.submit()} onCancel={() => props.onClose(false)}>
      <p>{t('operator.quotaHint')}</p>
      <Form form={form} layout="vertical" initialValues={props.tenant.quota} onFinish={(values) => void save(values)}>
        <Form.Item name="plan" label={t('quota.plan')}><Select allowClear options={props.plans.map((value) => ({ value }))} /></Form.Item>
        {FIELDS.map((field) => (
          <Form.Item key={field} name={field} label={t(`quota.${field}`)}><InputNumber min={1} max={1_000_000} style={{ width: '100%' }} /></Form.Item>
        ))}
      </Form>
    </Modal>
  );
}

/** Every firm, what it may use, and the switch that stops it. */
export function Tenants(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const { modal } = App.useApp();
  const [search, setSearch] = useState<string | null>(null);
  const [after, setAfter] = useState<string | null>(null);
  const [edited, setEdited] = useState<Tenant | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: TENANTS, variables: { search, after } });
  const rows = data?.allTenants.edges.map(({ node }) => ({ ...node, id: node.tenant.id })) ?? [];
  const suspend = (tenant: Tenant): void => {
    const suspended = tenant.status !== 'SUSPENDED';
    modal.confirm({
      title: t(suspended ? 'operator.suspendTitle' : 'operator.resumeTitle', { name: tenant.name }),
      content: t(suspended ? 'operator.suspendText' : 'operator.resumeText'),
      okType: suspended ? 'danger' : 'primary',
      onOk: async () => {
        await act(SUSPEND, { id: tenant.id, suspended }, t('common.saved'));
        again();
      },
    });
  };
  const find = (words: string): void => {
    setSearch(words || null);
    setAfter(null);
  };
  return (
    <>
      <Input.Search allowClear aria-label={t('common.search')} placeholder={t('operator.search')} style={{ maxWidth: 360, marginBottom: 12 }} onSearch={find} />
      <State fetching={fetching && !data} error={error} empty={rows.length === 0}>
        <PagedTable
          label={t('operator.tenants')}
          rows={rows}
          rowKey="id"
          after={after}
          onAfter={setAfter}
          pageInfo={data?.allTenants.pageInfo}
          columns={[
            { title: t('auth.firm'), render: (_, row) => <>{row.tenant.name}<div style={{ color: 'var(--soft)' }}>{row.tenant.id}</div></> },
            { title: t('auth.industry'), render: (_, row) => t(`pack.${row.tenant.industry}`) },
            { title: t('operator.status'), render: (_, row) => <Tag color={COLORS[row.tenant.status]}>{t(`tenant.${row.tenant.status}`)}</Tag> },
            { title: t('nav.members'), render: (_, row) => `${row.members}${row.tenant.allowance.members ? ` / ${row.tenant.allowance.members}` : ''}` },
            { title: t('operator.signedUp'), render: (_, row) => format.date(row.tenant.createdAt) },
            { title: t('operator.lastSeen'), render: (_, row) => row.lastSeenAt && format.time(row.lastSeenAt) },
            {
              title: t('common.actions'),
              render: (_, row) => (
                <Space>
                  <Button size="small" onClick={() => setEdited(row.tenant)}>{t('operator.quota')}</Button>
                  <Button size="small" danger={row.tenant.status !== 'SUSPENDED'} onClick={() => suspend(row.tenant)}>
                    {t(row.tenant.status === 'SUSPENDED' ? 'operator.resume' : 'operator.suspend')}
                  </Button>
                </Space>
              ),
            },
          ]}
        />
      </State>
      {edited && <QuotaDialog tenant={edited} plans={data?.plans ?? []} onClose={(saved) => { setEdited(null); if (saved) again(); }} />}
    </>
  );
}
