import { Button, Input, Popconfirm, Select, Space } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '../../gql/index.ts';
import type { ContactIdentityInput, IdentityKind } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useMay } from '../../lib/viewer.tsx';

const ADD = graphql(`
  mutation AddContactIdentity($contactId: ID!, $identity: ContactIdentityInput!) {
    addContactIdentity(contactId: $contactId, identity: $identity) { status errors { field message } contact { id } }
  }
`);
const REMOVE = graphql(`
  mutation RemoveContactIdentity($contactId: ID!, $identity: ContactIdentityInput!) {
    removeContactIdentity(contactId: $contactId, identity: $identity) { status errors { field message } contact { id } }
  }
`);
const KINDS = ['EXTERNAL', 'EMAIL', 'PHONE'] as const satisfies IdentityKind[];

/** What a contact is recognised by, over all channels. */
export function Identities(props: {
  contact: { id: string; identities: ContactIdentityInput[] };
  onChanged: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const serves = useMay('SERVE');
  const [kind, setKind] = useState<IdentityKind>('EXTERNAL');
  const [value, setValue] = useState('');
  const { id: contactId, identities } = props.contact;
  const add = async (): Promise<void> => {
    if (!value.trim() || !(await act(ADD, { contactId, identity: { kind, value } }, t('common.saved')))) return;
    setValue('');
    props.onChanged();
  };
  const remove = async (identity: ContactIdentityInput): Promise<void> => {
    if (await act(REMOVE, { contactId, identity }, t('common.saved'))) props.onChanged();
  };
  if (!serves && identities.length === 0) return null;
  return (
    <section aria-label={t('contact.identities')}>
      <h2 style={{ fontSize: 14, marginTop: 16 }}>{t('contact.identities')}</h2>
      <ul style={{ paddingInlineStart: 16 }}>
        {identities.map(({ kind, value }) => (
          <li key={kind + value} style={{ overflowWrap: 'anywhere' }}>
            {t(`identity.${kind}`)}: {value}{' '}
            {serves && (
              <Popconfirm
                title={t('contact.removeIdentity', { value })}
                description={t('contact.removeIdentityHint')}
                onConfirm={() => void remove({ kind, value })}
              >
                <Button size="small" type="text" aria-label={t('contact.removeIdentity', { value })}>×</Button>
              </Popconfirm>
            )}
          </li>
        ))}
      </ul>
      {serves && (
        <Space.Compact block>
          <Select
            aria-label={t('contact.identityKind')}
            value={kind}
            onChange={setKind}
            style={{ width: 110 }}
            options={KINDS.map((one) => ({ value: one, label: t(`identity.${one}`) }))}
          />
          <Input
            aria-label={t('contact.addIdentity')}
            placeholder={t('contact.addIdentity')}
            value={value}
            maxLength={200}
            onChange={(event) => setValue(event.target.value)}
            onPressEnter={() => void add()}
          />
          <Button aria-label={t('contact.addIdentity')} disabled={!value.trim()} onClick={() => void add()}>+</Button>
        </Space.Compact>
      )}
    </section>
  );
}
