import { App, Button, Input, Select, Space, Table, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { Role } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { NoMail } from '../../lib/no-mail.tsx';
import { Page, State } from '../../lib/page.tsx';
import { useViewer } from '../../lib/viewer.tsx';

const MEMBERS = graphql(`
  query Members {
    members { id name email role status totpEnabled emailVerified createdAt }
    invitations { id email role expiresAt acceptedAt withdrawnAt }
  }
`);
const UPDATE = graphql(`
  mutation UpdateMember($id: ID!, $role: Role, $status: MemberStatus) {
    updateMember(id: $id, role: $role, status: $status) { status errors { field message } member { id } }
  }
`);
const INVITE = graphql(`
  mutation Invite($email: String!, $role: Role!) {
    inviteMember(email: $email, role: $role) { status errors { field message } invitation { id } }
  }
`);
const WITHDRAW = graphql(`
  mutation WithdrawInvitation($id: ID!) {
    withdrawInvitation(id: $id) { status errors { field message } invitation { id } }
  }
`);
const ROLES: Role[] = ['OWNER', 'ADMIN', 'SUPERVISOR', 'AGENT', 'ANALYST', 'FINANCE'];

/** Who works here, and who is invited. */
export default function Members(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const { modal } = App.useApp();
  const viewer = useViewer();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('AGENT');
  const [{ data, fetching, error }, again] = useQuery({ query: MEMBERS });
  const roles = ROLES.map((value) => ({ value, label: t(`role.${value}`) }));
  const invite = async (): Promise<void> => {
    if (!(await act(INVITE, { email, role }, t('members.invited')))) return;
    setEmail('');
    again();
  };
  const withdraw = (row: { id: string; email: string }): void => {
    modal.confirm({
      title: t('members.withdrawSure', { email: row.email }),
      content: t('members.withdrawHint'),
      onOk: async () => {
        await act(WITHDRAW, { id: row.id }, t('members.withdrawn'));
        again();
      },
    });
  };
  const open = data?.invitations.filter((invitation) => !invitation.acceptedAt && !invitation.withdrawnAt) ?? [];
  return (
    <Page
      title={t('nav.members')}
      extra={
        <Space.Compact>
          <Input aria-label={t('auth.email')} placeholder={t('auth.email')} value={email} onChange={(event) => setEmail(event.target.value)} />
          <Select aria-label={t('members.role')} value={role} onChange={setRole} options={roles} style={{ minWidth: 110 }} />
          <Button type="primary" disabled={!email} onClick={() => void invite()}>{t('members.invite')}</Button>
        </Space.Compact>
      }
    >
      <NoMail />
      <State fetching={fetching && !data} error={error}>
        <Table
          rowKey="id"
          scroll={{ x: 'max-content' }}
          pagination={{ pageSize: 50, hideOnSinglePage: true }}
          dataSource={data?.members ?? []}
          columns={[
            { title: t('contact.name'), dataIndex: 'name' },
            { title: t('auth.email'), render: (_, row) => <>{row.email} {!row.emailVerified && <Tag>{t('members.unverified')}</Tag>}</> },
            {
              title: t('members.role'),
              render: (_, row) => (
                <Select
                  aria-label={`${t('members.role')}: ${row.name}`}
                  value={row.role}
                  options={roles}
                  style={{ minWidth: 110 }}
                  disabled={row.id === viewer.member?.id}
                  onChange={(next) => void act(UPDATE, { id: row.id, role: next, status: null }, t('common.saved')).then(() => again())}
                />
              ),
            },
            { title: t('members.totp'), render: (_, row) => t(row.totpEnabled ? 'common.yes' : 'common.no') },
            {
              title: t('common.actions'),
              render: (_, row) => row.id !== viewer.member?.id && (
                <Button
                  size="small"
                  danger={row.status === 'ACTIVE'}
                  onClick={() => void act(UPDATE, { id: row.id, role: null, status: row.status === 'ACTIVE' ? 'DISABLED' : 'ACTIVE' }, t('common.saved')).then(() => again())}
                >
                  {t(row.status === 'ACTIVE' ? 'members.disable' : 'members.enable')}
                </Button>
              ),
            },
          ]}
        />
        {open.length > 0 && (
          <>
            <h2 style={{ fontSize: 16 }}>{t('members.open')}</h2>
            <Table
              rowKey="id"
              scroll={{ x: 'max-content' }}
              pagination={false}
              dataSource={open}
              columns={[
                { title: t('auth.email'), dataIndex: 'email' },
                { title: t('members.role'), render: (_, row) => t(`role.${row.role}`) },
                { title: t('members.expires'), render: (_, row) => format.time(row.expiresAt) },
                {
                  title: t('common.actions'),
                  render: (_, row) => (
                    <Button
                      size="small"
                      danger
                      aria-label={`${t('members.withdraw')}: ${row.email}`}
                      onClick={() => withdraw(row)}
                    >
                      {t('members.withdraw')}
                    </Button>
                  ),
                },
              ]}
            />
          </>
        )}
      </State>
    </Page>
  );
}
