import { Alert, Button, Card, Input, QRCode, Space, Table, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { NoMail } from '../../lib/no-mail.tsx';
import { State } from '../../lib/page.tsx';
import { VIEWER } from '../../lib/viewer.tsx';

const SESSIONS = graphql(`
  query Sessions {
    sessions { id createdAt lastUsedAt expiresAt userAgent current }
  }
`);
const REVOKE = graphql(`
  mutation RevokeSession($id: ID!) {
    revokeSession(id: $id) { status errors { field message } removed }
  }
`);
const BEGIN = graphql(`
  mutation BeginTotp {
    beginTotp { status errors { field message } setup { secret url } }
  }
`);
const SET = graphql(`
  mutation SetTotp($enabled: Boolean!, $code: String!) {
    setTotp(enabled: $enabled, code: $code) { status errors { field message } member { id totpEnabled } }
  }
`);

const RESEND = graphql(`
  mutation ResendVerification {
    resendVerification { status errors { field message } sent }
  }
`);

/** A browser in a person's words; what is not known is shown as it is. */
function browserOf(agent: string): string {
  const first = (pairs: [RegExp, string][]): string | undefined => pairs.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = first([[/Edg\//, 'Edge'], [/Firefox\//, 'Firefox'], [/Chrom(e|ium)\//, 'Chrome'], [/Safari\//, 'Safari']]);
  const system = first([[/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Windows/, 'Windows'], [/Mac OS X/, 'macOS'], [/Linux/, 'Linux']]);
  return browser ? [browser, system].filter(Boolean).join(' · ') : agent.slice(0, 60) || '–';
}

function SecondFactor(): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [{ data }, again] = useQuery({ query: VIEWER });
  const [setup, setSetup] = useState<{ secret: string; url: string } | null>(null);
  const [code, setCode] = useState('');
  const enabled = data?.viewer.member?.totpEnabled ?? false;
  const begin = async (): Promise<void> => {
    const begun = await act(BEGIN, {});
    setSetup(begun?.setup ?? null);
  };
  const set = async (): Promise<void> => {
    if (!(await act(SET, { enabled: !enabled, code }, t('common.saved')))) return;
    setSetup(null);
    setCode('');
    again();
  };
  return (
    <Card title={t('totp.title')} size="small" style={{ marginBottom: 16, maxWidth: 560 }}>
      <p>{t(enabled ? 'totp.on' : 'totp.off')}</p>
      {!enabled && !setup && <Button onClick={() => void begin()}>{t('totp.begin')}</Button>}
      {setup && (
        <Alert
          type="info"
          title={t('totp.enter')}
          description={
            <Space wrap>
              <QRCode value={setup.url} size={140} color="#000" bgColor="#fff" />
              <code data-testid="totp-secret">{setup.secret}</code>
            </Space>
          }
          style={{ marginBottom: 12 }}
        />
      )}
      {(enabled || setup) && (
        <Space>
          <Input aria-label={t('auth.code')} placeholder={t('auth.code')} value={code} maxLength={6} inputMode="numeric" onChange={(event) => setCode(event.target.value)} />
          <Button type="primary" disabled={code.length !== 6} onClick={() => void set()}>{t(enabled ? 'totp.turnOff' : 'totp.turnOn')}</Button>
        </Space>
      )}
    </Card>
  );
}

/** A reminder while the viewer's address is not confirmed. */
function Unverified(): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [{ data }] = useQuery({ query: VIEWER });
  const member = data?.viewer.member;
  if (!member || member.emailVerified) return null;
  return (
    <>
      <NoMail />
      <Alert
        type="warning"
        showIcon
        style={{ marginBottom: 16, maxWidth: 560 }}
        title={t('verify.open', { email: member.email })}
        action={<Button size="small" onClick={() => void act(RESEND, {}, t('verify.sent'))}>{t('verify.resend')}</Button>}
      />
    </>
  );
}

export function Security(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const [{ data, fetching, error }, again] = useQuery({ query: SESSIONS });
  return (
    <>
      <Unverified />
      <SecondFactor />
      <h2 style={{ fontSize: 16 }}>{t('sessions.title')}</h2>
      <State fetching={fetching && !data} error={error}>
        <Table
          rowKey="id"
          scroll={{ x: 'max-content' }}
          pagination={false}
          dataSource={data?.sessions ?? []}
          columns={[
            { title: t('sessions.browser'), render: (_, row) => <><span title={row.userAgent}>{browserOf(row.userAgent)}</span> {row.current && <Tag color="success">{t('sessions.current')}</Tag>}</> },
            { title: t('sessions.since'), render: (_, row) => format.time(row.createdAt) },
            { title: t('sessions.used'), render: (_, row) => format.time(row.lastUsedAt) },
            { title: t('common.actions'), render: (_, row) => !row.current && <Button danger size="small" onClick={() => void act(REVOKE, { id: row.id }, t('common.removed')).then(() => again())}>{t('sessions.end')}</Button> },
          ]}
        />
      </State>
    </>
  );
}
