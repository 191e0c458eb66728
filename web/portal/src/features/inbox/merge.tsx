import { Alert, Button, Modal, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';

const SAME = graphql(`
  query MergeCandidates($search: String) {
    contacts(search: $search, first: 20) { edges { node { id name email phone identities { value } } } }
  }
`);
const MERGE = graphql(`
  mutation MergeContacts($from: ID!, $into: ID!) {
    mergeContacts(from: $from, into: $into) { status errors { field message } contact { id } }
  }
`);

/** Two contacts that are one person: the other's conversations come to this one, and the other is removed. */
export function Merge(props: { contact: { id: string; name: string }; onMerged: () => void }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState('');
  const [other, setOther] = useState<string | null>(null);
  const [{ data }] = useQuery({ query: SAME, variables: { search: search || null }, pause: !open });
  const found = data?.contacts.edges.map((edge) => edge.node).filter((row) => row.id !== props.contact.id) ?? [];
  const label = (row: (typeof found)[number]): string => [row.name, row.email, row.phone, ...row.identities.map((one) => one.value)].filter(Boolean).join(' · ');
  const merge = async (): Promise<void> => {
    if (!other || !(await act(MERGE, { from: other, into: props.contact.id }, t('contact.merged')))) return;
    setOpen(false);
    setOther(null);
    props.onMerged();
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('contact.merge')}</Button>
      <Modal
        open={open}
        title={t('contact.mergeTitle', { name: props.contact.name })}
        okText={t('contact.merge')}
        okButtonProps={{ danger: true, disabled: !other }}
        onOk={() => void merge()}
        onCancel={() => setOpen(false)}
      >
        <Select
          showSearch
          filterOption={false}
          aria-label={t('contact.mergeOther')}
          placeholder={t('contact.mergeOther')}
          style={{ width: '100%', marginBottom: 12 }}
          value={other}
          onSearch={setSearch}
          onChange={setOther}
          options={found.map((row) => ({ value: row.id, label: label(row) }))}
        />
        <Alert type="warning" showIcon title={t('contact.mergeHint')} />
      </Modal>
    </>
  );
}
