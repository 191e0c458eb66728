import { Button, Checkbox, Form, Input, InputNumber, Radio, Select, Space } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { OverCap } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { minorUnits } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { useWords } from './words.ts';

const LIMITS = graphql(`
  query Limits {
    draftBill { total { currency } limits { alertMinor capMinor over meters { meter quantity hard } } }
    catalog { meters { key name { zh en } unit { zh en } } }
  }
`);
const SET_LIMITS = graphql(`
  mutation SetLimits($input: SpendLimitsInput!) {
    setSpendLimits(input: $input) { status errors { field message } limits { alertMinor capMinor } }
  }
`);

type Values = { alert?: number | null; cap?: number | null; over: OverCap; meters?: { meter: string; quantity: string; hard?: boolean }[] };

/** When people are told, and what happens when more is used than the firm wants. */
export function Limits(): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const act = useAction();
  const manages = useMay('MANAGE_BILLING');
  const [{ data, fetching, error }] = useQuery({ query: LIMITS });
  const unit = minorUnits(data?.draftBill.total.currency ?? 'USD');
  const limits = data?.draftBill.limits;
  const major = (minor: number | null | undefined): number | null => (minor === null || minor === undefined ? null : minor / unit);
  const save = (values: Values): void => {
    const minor = (value?: number | null): number | null => (value === null || value === undefined ? null : Math.round(value * unit));
    const meters = (values.meters ?? []).map((one) => ({ meter: one.meter, quantity: one.quantity.trim(), hard: one.hard ?? false }));
    void act(SET_LIMITS, { input: { alertMinor: minor(values.alert), capMinor: minor(values.cap), over: values.over, meters } }, t('common.saved'));
  };
  return (
    <State fetching={fetching && !data} error={error}>
      {limits && (
        <Form<Values>
          layout="vertical"
          disabled={!manages}
          style={{ maxWidth: 760 }}
          initialValues={{ alert: major(limits.alertMinor), cap: major(limits.capMinor), over: limits.over, meters: limits.meters }}
          onFinish={save}
        >
          <Space wrap size="large" align="start">
            <Form.Item name="alert" label={t('billing.alert')} extra={t('limits.steps')}><InputNumber min={0} suffix={data.draftBill.total.currency} style={{ width: 200 }} /></Form.Item>
            <Form.Item name="cap" label={t('billing.cap')}><InputNumber min={0} suffix={data.draftBill.total.currency} style={{ width: 200 }} /></Form.Item>
          </Space>
          <Form.Item name="over" label={t('limits.over')}>
            <Radio.Group options={(['HAND_OVER', 'BLOCK', 'ALLOW'] as const).map((value) => ({ value, label: t(`limits.${value}`) }))} />
          </Form.Item>
          <Form.List name="meters">
            {(fields, { add, remove }) => (
              <Form.Item label={t('limits.meters')}>
                {fields.map((field) => (
                  <Space key={field.key} wrap align="start">
                    <Form.Item name={[field.name, 'meter']} rules={[{ required: true, message: t('limits.meterNeeded') }]}>
                      <Select aria-label={t('billing.meter')} style={{ width: 220 }} options={data.catalog.meters.map((one) => ({ value: one.key, label: `${words(one.name)} (${words(one.unit)})` }))} />
                    </Form.Item>
                    <Form.Item name={[field.name, 'quantity']} rules={[{ required: true, pattern: /^\d+(\.\d+)?$/, message: t('limits.quantityNeeded') }]}>
                      <Input aria-label={t('billing.quantity')} inputMode="decimal" style={{ width: 160 }} />
                    </Form.Item>
                    <Form.Item name={[field.name, 'hard']} valuePropName="checked"><Checkbox>{t('limits.hard')}</Checkbox></Form.Item>
                    <Button onClick={() => remove(field.name)}>{t('common.remove')}</Button>
                  </Space>
                ))}
                <div><Button onClick={() => add({ quantity: '1000', hard: false })}>{t('limits.add')}</Button></div>
              </Form.Item>
            )}
          </Form.List>
          {manages && <Button type="primary" htmlType="submit">{t('common.save')}</Button>}
        </Form>
      )}
    </State>
  );
}
