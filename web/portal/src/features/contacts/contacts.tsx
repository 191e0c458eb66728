import { Input, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { Page, State } from '../../lib/page.tsx';

const CONTACTS = graphql(`
  query Contacts($search: String, $after: String) {
    contacts(search: $search, first: 50, after: $after) {
      edges { node { id name email phone identities { kind value } tags locale lastSeenAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

/** Everybody who ever wrote. */
export default function Contacts(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useState<string | null>(null);
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, fetching, error }] = useQuery({ query: CONTACTS, variables: { search, after } });
  const rows = data?.contacts.edges.map((edge) => edge.node) ?? [];
  const find = (words: string): void => {
    setSearch(words || null);
    setAfter(null);
  };
  return (
    <Page title={t('nav.contacts')} extra={<Input.Search allowClear aria-label={t('common.search')} placeholder={t('common.search')} onSearch={find} />}>
      <State fetching={fetching && !data} error={error} empty={rows.length === 0}>
        <PagedTable
          label={t('nav.contacts')}
          rows={rows}
          rowKey="id"
          after={after}
          onAfter={setAfter}
          pageInfo={data?.contacts.pageInfo}
          columns={[
            { title: t('contact.name'), render: (_, row) => <Link to={`/inbox?contact=${row.id}`}>{row.name}</Link> },
            { title: t('contact.email'), dataIndex: 'email' },
            { title: t('contact.phone'), dataIndex: 'phone' },
            { title: t('contact.identities'), render: (_, row) => row.identities.map((one) => one.value).join(', ') },
            { title: t('contact.tags'), render: (_, row) => row.tags.map((tag) => <Tag key={tag}>{tag}</Tag>) },
            { title: t('contact.lastSeen'), render: (_, row) => format.time(row.lastSeenAt) },
          ]}
        />
      </State>
    </Page>
  );
}
