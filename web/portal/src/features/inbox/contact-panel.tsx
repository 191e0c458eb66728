import { Button, Form, Input, Select, Space, Tag } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { Identities } from './identities.tsx';
import { Label } from './label.tsx';
import { Merge } from './merge.tsx';
import type { ThreadConversation } from './thread.tsx';

const HISTORY = graphql(`
  query History($filter: ConversationFilter) {
    conversations(filter: $filter, first: 20) { edges { node { id status preview updatedAt rating } } }
  }
`);
const SAVE = graphql(`
  mutation SaveContact($input: UpdateContactInput!) {
    updateContact(input: $input) { status errors { field message } contact { id name email phone tags claimed attributes { key value } } }
  }
`);

type Attribute = { key: string; value: string };
type Values = { name: string; email?: string; phone?: string; tags: string[]; attributes?: Attribute[] };

function Claimed(): ReactNode {
  const { t } = useTranslation();
  return <Tag color="warning" title={t('contact.claimedHint')} style={{ marginInlineStart: 6 }}>{t('contact.claimed')}</Tag>;
}

/** Who the customer is, and everything said before, over all channels. */
export function ContactPanel(props: {
  contact: NonNullable<ThreadConversation['contact']>;
  conversation: ThreadConversation;
  onSaved: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const serves = useMay('SERVE');
  const { contact, conversation } = props;
  const [{ data, fetching, error }, loadHistory] = useQuery({ query: HISTORY, variables: { filter: { contactId: contact.id } } });
  const others = data?.conversations.edges.map((edge) => edge.node).filter((row) => row.id !== conversation.id) ?? [];
  const save = (values: Values): void => {
    const { name, email = '', phone = '', tags, attributes = [] } = values;
    void act(SAVE, { input: { id: contact.id, name, email, phone, tags, attributes } }, t('common.saved')).then(props.onSaved);
  };
  /** A label that says whether nobody has proved the value. */
  const labelOf = (field: 'name' | 'email' | 'phone'): ReactNode => (
    <>
      {t(`contact.${field}`)}
      {contact.claimed.includes(field) && <Claimed />}
    </>
  );
  /** Rows move when one is removed, and what a member writes is no claim. */
  const isClaimed = (row: Attribute | undefined): boolean =>
    contact.claimed.includes(`attributes.${row?.key}`) && contact.attributes.some((known) => known.key === row?.key && known.value === row.value);
  const merged = (): void => {
    props.onSaved();
    loadHistory({ requestPolicy: 'network-only' });
  };
  return (
    <div className="pane" role="region" aria-label={t('contact.title')}>
      <div className="pane-body">
        {conversation.rating && (
          <p>
            {t('contact.rating')}: {'★'.repeat(conversation.rating)} {conversation.ratingComment}
          </p>
        )}
        {serves && <Label conversation={conversation.id} />}
        <Form<Values>
          key={JSON.stringify(contact)}
          layout="vertical"
          disabled={!serves}
          initialValues={{ name: contact.name, email: contact.email, phone: contact.phone, tags: contact.tags, attributes: contact.attributes }}
          onFinish={save}
        >
          <Form.Item name="name" label={labelOf('name')} rules={[{ required: true }]}>
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="email" label={labelOf('email')}>
            <Input />
          </Form.Item>
          <Form.Item name="phone" label={labelOf('phone')}>
            <Input />
          </Form.Item>
          <Form.Item name="tags" label={t('contact.tags')}>
            <Select mode="tags" open={false} suffixIcon={null} />
          </Form.Item>
          <Form.List name="attributes">
            {(fields, { add, remove }) => (
              <Form.Item label={t('contact.attributes')}>
                {fields.map((field) => (
                  <div key={field.key} style={{ marginBottom: 4 }}>
                    <Space.Compact block>
                      <Form.Item noStyle name={[field.name, 'key']} rules={[{ required: true }]}><Input aria-label={t('contact.attribute')} placeholder={t('contact.attribute')} maxLength={40} /></Form.Item>
                      <Form.Item noStyle name={[field.name, 'value']} rules={[{ required: true }]}><Input aria-label={t('contact.value')} placeholder={t('contact.value')} maxLength={500} /></Form.Item>
                      <Button aria-label={t('common.remove')} onClick={() => remove(field.name)}>×</Button>
                    </Space.Compact>
                    <Form.Item noStyle dependencies={[['attributes', field.name]]}>
                      {({ getFieldValue }) => isClaimed(getFieldValue(['attributes', field.name]) as Attribute | undefined) && <Claimed />}
                    </Form.Item>
                  </div>
                ))}
                <Button size="small" onClick={() => add({ key: '', value: '' })}>{t('contact.addAttribute')}</Button>
              </Form.Item>
            )}
          </Form.List>
          {serves && (
            <Space wrap>
              <Button htmlType="submit">{t('common.save')}</Button>
              <Merge contact={contact} onMerged={merged} />
            </Space>
          )}
        </Form>
        <Identities contact={contact} onChanged={props.onSaved} />
        <h2 style={{ fontSize: 14, marginTop: 16 }}>{t('contact.history')}</h2>
        <State fetching={fetching && !data} error={error} empty={others.length === 0} emptyText={t('contact.noHistory')}>
          <ul style={{ paddingInlineStart: 16 }}>
            {others.map((row) => (
              <li key={row.id}>
                <Link to={`/inbox/${row.id}`}>{format.time(row.updatedAt)}</Link> {t(`status.${row.status}`)}
                <div style={{ color: 'var(--soft)' }}>{row.preview}</div>
              </li>
            ))}
          </ul>
        </State>
      </div>
    </div>
  );
}
