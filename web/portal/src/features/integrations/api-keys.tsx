import { App, Button, Input, Select, Space, Table, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { Permission } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';
import { useViewer } from '../../lib/viewer.tsx';
import { SecretShown } from '../../lib/secret-shown.tsx';

const KEYS = graphql(`
  query ApiKeys {
    apiKeys { id name scopes createdAt lastUsedAt revokedAt }
  }
`);
const CREATE = graphql(`
  mutation CreateApiKey($name: String!, $scopes: [Permission!]!) {
    createApiKey(name: $name, scopes: $scopes) { status errors { field message } created { secret apiKey { id } } }
  }
`);
const REVOKE = graphql(`
  mutation RevokeApiKey($id: ID!) {
    revokeApiKey(id: $id) { status errors { field message } apiKey { id revokedAt } }
  }
`);

export function ApiKeys(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const { modal } = App.useApp();
  const { permissions } = useViewer();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Permission[]>([]);
  const [secret, setSecret] = useState<string | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: KEYS });
  const create = async (): Promise<void> => {
    const made = await act(CREATE, { name, scopes });
    if (!made?.created) return;
    setSecret(made.created.secret);
    setName('');
    again();
  };
  const revoke = (id: string): void => {
    modal.confirm({
      title: t('keys.revokeTitle'),
      okType: 'danger',
      onOk: async () => {
        await act(REVOKE, { id }, t('common.saved'));
        again();
      },
    });
  };
  return (
    <State fetching={fetching && !data} error={error}>
      <Space wrap style={{ marginBottom: 12 }}>
        <Input aria-label={t('keys.name')} placeholder={t('keys.name')} value={name} onChange={(event) => setName(event.target.value)} />
        <Select<Permission[]>
          mode="multiple"
          aria-label={t('keys.scopes')}
          placeholder={t('keys.scopes')}
          style={{ minWidth: 260 }}
          value={scopes}
          onChange={setScopes}
          options={permissions.map((value) => ({ value, label: t(`permission.${value}`) }))}
        />
        <Button type="primary" disabled={!name || scopes.length === 0} onClick={() => void create()}>{t('keys.create')}</Button>
      </Space>
      <Table
        rowKey="id"
        scroll={{ x: 'max-content' }}
        pagination={{ pageSize: 50, hideOnSinglePage: true }}
        dataSource={data?.apiKeys ?? []}
        columns={[
          { title: t('keys.name'), dataIndex: 'name' },
          { title: t('keys.scopes'), render: (_, row) => row.scopes.map((scope) => <Tag key={scope}>{t(`permission.${scope}`)}</Tag>) },
          { title: t('keys.lastUsed'), render: (_, row) => (row.lastUsedAt ? format.time(row.lastUsedAt) : '–') },
          {
            title: t('common.actions'),
            render: (_, row) => row.revokedAt ? t('keys.revoked', { at: format.time(row.revokedAt) }) : <Button danger size="small" onClick={() => revoke(row.id)}>{t('keys.revoke')}</Button>,
          },
        ]}
      />
      <SecretShown secret={secret} onClose={() => setSecret(null)} />
    </State>
  );
}
