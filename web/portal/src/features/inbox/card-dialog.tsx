import { Button, Form, Input, Modal, Space } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CardInput } from '../../gql/graphql.ts';

const HTTPS = /^https:\/\/\S+$/;

/** Where a card is written: a title, a picture, links. */
export function CardDialog(props: { onSend: (card: CardInput) => void; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [form] = Form.useForm<CardInput>();
  const address = { pattern: HTTPS, message: t('card.https') };
  return (
    <Modal open title={t('composer.card')} okText={t('composer.send')} onOk={() => form.submit()} onCancel={props.onClose}>
      <Form form={form} layout="vertical" initialValues={{ links: [{ label: '', url: '' }] }} onFinish={(card) => props.onSend({ ...card, imageUrl: card.imageUrl || null })}>
        <Form.Item name="title" label={t('card.title')} rules={[{ required: true }]}><Input maxLength={120} /></Form.Item>
        <Form.Item name="imageUrl" label={t('card.image')} rules={[address]}><Input placeholder="https://" /></Form.Item>
        <Form.List name="links">
          {(fields, { add, remove }) => (
            <>
              {fields.map((field) => (
                <Space key={field.key} align="baseline" wrap>
                  <Form.Item name={[field.name, 'label']} label={t('card.label')} rules={[{ required: true }]}><Input maxLength={60} /></Form.Item>
                  <Form.Item name={[field.name, 'url']} label={t('card.url')} rules={[{ required: true }, address]}><Input placeholder="https://" /></Form.Item>
                  <Button onClick={() => remove(field.name)}>{t('common.remove')}</Button>
                </Space>
              ))}
              {fields.length < 4 && <Button onClick={() => add({ label: '', url: '' })}>{t('card.addLink')}</Button>}
            </>
          )}
        </Form.List>
      </Form>
    </Modal>
  );
}
