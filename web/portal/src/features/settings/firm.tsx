import { Alert, App, Button, Form, Input, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { TenantPatch } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';
import { VIEWER, useMay } from '../../lib/viewer.tsx';

const UPDATE = graphql(`
  mutation UpdateTenant($input: TenantPatch!) {
    updateTenant(input: $input) { status errors { field message } tenant { id name locale timeZone } }
  }
`);
const DELETE = graphql(`
  mutation RequestDeletion {
    requestTenantDeletion { status errors { field message } tenant { id status deleteAfter } }
  }
`);
const KEEP = graphql(`
  mutation CancelDeletion {
    cancelTenantDeletion { status errors { field message } tenant { id status deleteAfter } }
  }
`);

export function Firm(): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const format = useFormat();
  const { modal } = App.useApp();
  const ends = useMay('END_TENANT');
  const [{ data, fetching, error }, again] = useQuery({ query: VIEWER });
  const tenant = data?.viewer.tenant;
  const zones = Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value }));
  const remove = (): void => {
    modal.confirm({
      title: t('firm.deleteTitle'),
      content: t('firm.deleteText'),
      okType: 'danger',
      onOk: async () => {
        await act(DELETE, {});
        again();
      },
    });
  };
  return (
    <State fetching={fetching && !data} error={error}>
      {tenant && (
        <>
          {tenant.deleteAfter && (
            <Alert
              type="warning"
              showIcon
              style={{ marginBottom: 16 }}
              title={t('firm.pending', { at: format.date(tenant.deleteAfter) })}
              action={ends && <Button onClick={() => void act(KEEP, {}, t('common.saved')).then(() => again())}>{t('firm.keep')}</Button>}
            />
          )}
          <Form<TenantPatch>
            layout="vertical"
            style={{ maxWidth: 480 }}
            initialValues={{ name: tenant.name, locale: tenant.locale, timeZone: tenant.timeZone }}
            onFinish={(input) => void act(UPDATE, { input }, t('common.saved')).then(() => again())}
          >
            <Form.Item name="name" label={t('auth.firm')} rules={[{ required: true }]}><Input maxLength={100} /></Form.Item>
            <Form.Item name="locale" label={t('firm.locale')}><Select options={['zh-CN', 'en-US'].map((value) => ({ value, label: t(`locale.${value}`) }))} /></Form.Item>
            <Form.Item name="timeZone" label={t('firm.timeZone')}><Select showSearch options={zones} /></Form.Item>
            <Button type="primary" htmlType="submit">{t('common.save')}</Button>
          </Form>
          {ends && !tenant.deleteAfter && <Button danger style={{ marginTop: 32 }} onClick={remove}>{t('firm.delete')}</Button>}
        </>
      )}
    </State>
  );
}
