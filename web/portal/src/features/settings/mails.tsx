import { Card, Tag } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useFormat } from '../../lib/format.ts';
import { NoMail } from '../../lib/no-mail.tsx';
import { State } from '../../lib/page.tsx';

const MAILS = graphql(`
  query Mails {
    mails { id to subject body createdAt sentAt }
  }
`);
const LINK = /(https?:\/\/\S+)/;

/** What was sent, or waits to be. Links are shown in the demo only. */
export function Mails(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [{ data, fetching, error }] = useQuery({ query: MAILS });
  return (
    <State fetching={fetching && !data} error={error} empty={data?.mails.length === 0}>
      <NoMail />
      <p>{t('mails.hint')}</p>
      {data?.mails.map((mail) => (
        <Card key={mail.id} size="small" style={{ marginBottom: 12 }} title={mail.subject} extra={<Tag color={mail.sentAt ? 'success' : 'default'}>{t(mail.sentAt ? 'mails.sent' : 'mails.kept')}</Tag>}>
          <p>{mail.to} · {format.time(mail.createdAt)}</p>
          <p style={{ whiteSpace: 'pre-wrap' }}>
            {mail.body.split(LINK).map((part, index) => (LINK.test(part) ? <a key={index} href={part}>{part}</a> : part))}
          </p>
        </Card>
      ))}
    </State>
  );
}
