import { Button, Form, Input, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';

const PROFILE = graphql(`query BillingProfile { billingProfile { name region taxNumber address email } }`);
const SET_PROFILE = graphql(`
  mutation SetBillingProfile($input: BillingProfileInput!) { setBillingProfile(input: $input) { status errors { field message } profile { name } } }
`);

const REGIONS = ['CN', 'US', 'DE', 'FR', 'NL', 'JP', 'GB', 'SG', 'HK', 'KW', 'IT', 'ES', 'AU', 'CA', 'IN', 'KR'];

type Values = { name: string; region: string; taxNumber?: string | null; address?: string; email?: string | null };

/** To whom invoices are written; the country decides the tax. */
export function BillTo(): ReactNode {
  const { t, i18n } = useTranslation();
  const act = useAction();
  const manages = useMay('MANAGE_BILLING');
  const [{ data, fetching, error }] = useQuery({ query: PROFILE });
  const names = new Intl.DisplayNames(i18n.language, { type: 'region' });
  const save = (values: Values): void => {
    const input = { name: values.name, region: values.region, taxNumber: values.taxNumber?.trim() || null, address: values.address ?? '', email: values.email?.trim() || null };
    void act(SET_PROFILE, { input }, t('common.saved'));
  };
  return (
    <State fetching={fetching && !data} error={error}>
      {data && (
        <Form<Values> layout="vertical" disabled={!manages} style={{ maxWidth: 520 }} initialValues={data.billingProfile} onFinish={save}>
          <p>{t('billTo.explained')}</p>
          <Form.Item name="name" label={t('billTo.name')} rules={[{ required: true, message: t('billTo.nameNeeded') }]}><Input maxLength={200} autoComplete="organization" /></Form.Item>
          <Form.Item name="region" label={t('billTo.region')} rules={[{ required: true, message: t('billTo.regionNeeded') }]}>
            <Select showSearch optionFilterProp="label" options={REGIONS.map((value) => ({ value, label: names.of(value) ?? value }))} />
          </Form.Item>
          <Form.Item name="taxNumber" label={t('billTo.taxNumber')}><Input maxLength={50} /></Form.Item>
          <Form.Item name="address" label={t('billTo.address')}><Input.TextArea rows={3} maxLength={500} autoComplete="street-address" /></Form.Item>
          <Form.Item name="email" label={t('billTo.email')} extra={t('billTo.emailHint')}><Input type="email" maxLength={254} autoComplete="email" /></Form.Item>
          {manages && <Button type="primary" htmlType="submit">{t('common.save')}</Button>}
        </Form>
      )}
    </State>
  );
}
